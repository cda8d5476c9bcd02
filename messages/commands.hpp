#pragma once

#include <string>
#include <variant>
#include <vector>

#include <caf/error.hpp>
#include <caf/optional.hpp>

#include "messages/message_gate.hpp"
#include "messages/secret_text.hpp"
#include "messages/trace.hpp"
#include "messages/values.hpp"

namespace callboard {

/// What a WebSocket client asks for: protocol.md section 1, decoded and checked for types, not yet for rights.

struct recovery_request {
  bool recover = false;
  stream_offset offset = 0;
  std::string epoch;
};

/// A channel's name, decoded: `room` or `user` is set, or neither for a name that means nothing here.
struct channel_name {
  room_id room{};
  user_id user{};
};

struct connect_command {
  secret_text token;
  caf::optional<recovery_request> personal; // from `subs`, for the personal channel
};
struct subscribe_command {
  channel_name channel;
  recovery_request recovery;
  bool join_leave = false;
};
struct unsubscribe_command {
  channel_name channel;
};
/// `publish`, and rpc `message.send`, which differ in their answer.
struct post_command {
  channel_name channel;
  std::string text;
  std::string key;
  stream_offset reply_to = 0;
  bool rpc = false;
  message_place place = {}; // if it was let in where it arrived
};
struct history_command {
  channel_name channel;
  std::uint32_t limit = 0; // 0: only the position
  stream_offset since = 0;
  bool has_since = false;
  bool reverse = false;
};
struct presence_command {
  channel_name channel;
  bool stats_only = false;
};
struct refresh_command {
  secret_text token;
};
/// Asks for longer access to a channel. Access to channels does not expire here: it is checked as it is used.
struct sub_refresh_command {
  channel_name channel;
};
/// A client's own question whether the server is there; the pongs to the server's pings are no commands.
struct ping_command {};
struct list_rooms_command {
  std::uint32_t limit = 50;
  std::string cursor;
};
struct create_room_command {
  std::string name;
  room_kind kind = room_kind::group;
  std::vector<std::string> members;
  bool guests_may_write = false;
};
struct mark_read_command {
  room_id room{};
  stream_offset offset = 0;
};
struct create_reminder_command {
  reminder_record reminder; // `due_at` resolved, without `id` and owner
};
struct list_reminders_command {
  std::uint32_t limit = 50;
  std::string cursor;
};
struct cancel_reminder_command {
  reminder_id id{};
};
/// `send`: the protocol's message without an answer; nothing listens to it here.
struct send_command {};
/// Understood as a command, but refused while decoding: unknown method, wrong type of a field.
struct refused_command {
  caf::error reason;
};

struct command {
  std::uint32_t id = 0;
  std::variant<connect_command, subscribe_command, unsubscribe_command, post_command, history_command, presence_command,
               refresh_command, sub_refresh_command, ping_command, list_rooms_command, create_room_command,
               mark_read_command, create_reminder_command, list_reminders_command, cancel_reminder_command,
               send_command, refused_command>
      body;
  trace_context trace = {}; // as the client gave it
};

/// The commands of one frame, in order.
struct client_commands {
  std::vector<command> commands;
};

} // namespace callboard

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <caf/error.hpp>

#include "messages/queries.hpp"
#include "messages/values.hpp"

namespace callboard {

/// Bytes that are written once and shared by everybody they go to.
using shared_bytes = std::shared_ptr<const std::string>;

/// Why a WebSocket is closed by us (protocol.md, section 1): up to 3499 the client reconnects, from 3500 it does not.
enum class close_code : std::uint16_t {
  shutdown = 3001,
  internal = 3004,
  expired = 3005,
  slow = 3008,
  insufficient_state = 3010,
  force_reconnect = 3011,
  no_pong = 3012,
  too_many_requests = 3013,
  invalid_token = 3500,
  bad_request = 3501,
  force_disconnect = 3503,
  connection_limit = 3504,
  channel_limit = 3505,
  permission_denied = 3507,
};

/// Names a WebSocket connection of this node. A reference to a connection that is gone is harmless: the generation
/// differs, and what is sent is dropped.
struct connection_ref {
  std::uint16_t thread = 0;     // the I/O thread that owns it
  std::uint32_t slot = 0;       // its place there
  std::uint32_t generation = 0; // counts the connections that had this place
  friend bool operator==(const connection_ref&, const connection_ref&) = default;
};

/// The way out: hands bytes to the I/O threads. All calls are safe from any thread, never block, and keep the order of
/// one caller. What is sent must be whole frames of the connection's codec.
class outlet {
public:
  virtual ~outlet() = default;

  /// Number of I/O threads; `connection_ref::thread` is below it.
  virtual std::uint16_t threads() const = 0;

  /// To one connection. `answers`: how many commands this answers, which frees as many of its credits. `bytes` may be
  /// null: then only credits are freed.
  virtual void send(connection_ref to, shared_bytes bytes, unsigned answers) = 0;

  /// A page of a backlog: as `send`, but exempt from the bound on outgoing bytes; once the connection's queue has
  /// drained, its session gets `connection_drained` with this token.
  virtual void send_page(connection_ref to, shared_bytes bytes, unsigned answers, std::uint64_t token) = 0;

  /// To many connections of one I/O thread: fan-out. The list is shared, not copied.
  virtual void send_each(std::uint16_t thread, std::shared_ptr<const std::vector<connection_ref>> to,
                         shared_bytes bytes) = 0;

  /// Sends what is queued, then a close frame, and ends the connection.
  virtual void close(connection_ref to, close_code code, std::string_view reason) = 0;

  /// The connection's time to live changed (connect, refresh): past it the outlet closes with 3005.
  virtual void set_expiry(connection_ref to, timestamp expires_at) = 0;
};

/// A position of a channel, and what was recovered from before it.
struct stream_position {
  stream_offset offset = 0;
  bool was_recovering = false;
  bool recovered = false;
};

// Bodies of replies, one type per answer of protocol.md.
struct connected_reply {
  uuid client;
  session_id session;
  user_view user;
  std::int64_t ttl_seconds = 0;
  std::uint32_t ping_seconds = 25;
  std::string node;
  std::string channel; // the personal channel
  stream_position position;
  std::vector<personal_event> publications;
};
struct subscribed_reply {
  std::string channel;
  stream_position position;
  std::vector<room_event> publications;
};
struct history_reply {
  std::vector<room_event> publications;
  stream_offset offset = 0;
};
struct personal_history_reply {
  std::vector<personal_event> publications;
  stream_offset offset = 0;
};
struct presence_reply {
  std::vector<client_info> clients;
};
struct presence_stats_reply {
  std::uint32_t clients = 0;
  std::uint32_t users = 0;
};
struct refreshed_reply {
  uuid client;
  std::int64_t ttl_seconds = 0;
};
/// Without a time: a subscription does not expire.
struct sub_refreshed_reply {};
struct pinged_reply {};
struct published_reply {};
struct unsubscribed_reply {};
struct unread_reply {
  std::uint32_t unread = 0;
};

using reply = std::variant<connected_reply, subscribed_reply, history_reply, personal_history_reply, presence_reply,
                           presence_stats_reply, refreshed_reply, sub_refreshed_reply, pinged_reply, published_reply,
                           unsubscribed_reply, unread_reply, appended, room_view, page<room_view>, reminder_record,
                           page<reminder_record>>;

/// The wire format, kept in one place: JSON now, protobuf later. Thread-safe, without state. Everything it returns is
/// one or more complete WebSocket frames.
class codec {
public:
  virtual ~codec() = default;
  virtual shared_bytes encode_reply(std::uint32_t command, const reply& body) const = 0;
  virtual shared_bytes encode_error(std::uint32_t command, const caf::error& error) const = 0;
  /// Publications on a room's channel, in this order, as one frame.
  virtual shared_bytes encode_events(room_id room, const room_event* first, const room_event* last) const = 0;
  virtual shared_bytes encode_personal(user_id user, const std::vector<personal_event>& events) const = 0;
  /// An event of a session's own: it is over (`session.revoked`), with the reason.
  virtual shared_bytes encode_session_revoked(user_id user, std::string_view reason) const = 0;
  virtual shared_bytes encode_presence_change(room_id room, const client_info& who, bool joined) const = 0;
  virtual shared_bytes encode_unsubscribe(room_id room, std::uint32_t code, std::string_view reason) const = 0;
  /// Size of a publication on the wire, about: how much of a page it takes.
  virtual std::size_t size_of(const room_event& event) const = 0;
};

inline std::string channel_of(room_id room) {
  return "room:" + to_string(room);
}
inline std::string channel_of(user_id user) {
  return "user:" + to_string(user);
}

} // namespace callboard

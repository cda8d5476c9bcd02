#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/core/rules.hpp"
#include "actors/core/token_bucket.hpp"
#include "actors/deadline_watch.hpp"
#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

/// The same for all sessions of a node; shared, since there are many.
struct session_config {
  core::limits limits;
  double send_rate = 50; // messages a second and connection; 0: no limit
  double send_burst = 100;
  double command_rate = 500; // commands other than messages a second and connection; 0: no limit
  double command_burst = 1000;
  std::chrono::milliseconds deadline{10'000}; // of what a client waits for
  std::chrono::seconds refresh_margin{30};    // `ttl` ends so long before the token
  std::uint32_t ping_seconds = 25;
  std::uint32_t history_limit = 500; // events of one `history` answer
  std::uint32_t personal_page = 100;
  std::size_t max_waiting = 512; // commands that wait for `connect`
  std::string node;
  std::string store_epoch;
  std::shared_ptr<node_probe> probe;
  tracer_ptr tracing;
};

struct session_neighbours {
  placement_actor placement;
  mirror_registry_actor mirrors;
  store_actor store;
  std::shared_ptr<const token_service> tokens;
  std::shared_ptr<const revocation_list> revocations;
  std::shared_ptr<outlet> out;
  std::shared_ptr<const codec> wire;
  auth_actor auth;                              // hears of refusals
  std::shared_ptr<message_gate> gate = nullptr; // null: every message is let in
};

/// The session's own interface: what others may tell it, and its timer.
using session_self_actor = session_actor::extend<caf::reacts_to<deadline_tick>>;

/// One WebSocket connection: who it is, what it follows, what it may still send. Commands are answered in any order
/// but for `connect`, which comes first: what arrives while it is under way waits.
struct session_state {
  explicit session_state(session_self_actor::stateful_pointer<session_state> self);
  session_self_actor::behavior_type make_behavior(std::shared_ptr<const session_config> config,
                                                  std::shared_ptr<const session_neighbours> neighbours,
                                                  connection_ref connection, bool is_trusted);

  enum class phase : std::uint8_t { fresh, connecting, connected, closed };
  struct subscription {
    room_id room{};
    std::uint32_t command = 0; // that asked for it: tells it from an earlier one of the same room
    bool joined = false;
  };

  // Each command has its function; they are spread over session_*.cpp by subject.
  void take(command& next);
  void run(command& next);
  void connect(std::uint32_t id, connect_command& wanted);
  void attach(std::uint32_t id, connect_command wanted);
  void welcome(std::uint32_t id, user_view user, const connect_command& wanted);
  void reattach();
  void refresh(std::uint32_t id, const refresh_command& wanted);
  void refresh_subscription(std::uint32_t id, const sub_refresh_command& wanted);

  void subscribe(std::uint32_t id, subscribe_command& wanted);
  void unsubscribe(std::uint32_t id, const unsubscribe_command& wanted);
  void post(std::uint32_t id, post_command& wanted);
  void history(std::uint32_t id, const history_command& wanted);
  void personal_history(std::uint32_t id, const history_command& wanted);
  void presence(std::uint32_t id, const presence_command& wanted);

  void list_rooms_for(std::uint32_t id, list_rooms_command& wanted);
  void create_room_for(std::uint32_t id, create_room_command& wanted);
  void mark_read_for(std::uint32_t id, const mark_read_command& wanted);
  void create_reminder_for(std::uint32_t id, create_reminder_command& wanted);
  void list_reminders_for(std::uint32_t id, list_reminders_command& wanted);
  void cancel_reminder_for(std::uint32_t id, const cancel_reminder_command& wanted);

  /// Events of the personal stream: what follows the position goes out, a hole is filled from the store first.
  void take_personal(const std::vector<personal_event>& events);
  void read_personal_stream();

  /// Refuses the command unless the caller's role has the permission.
  bool may(std::uint32_t id, permission what);
  /// Begins the span of a command that names a trace; its context is `trace` while the command is looked at.
  void begin_trace(const command& next);
  void end_trace(std::uint32_t id, const caf::error& reason);
  void answer(std::uint32_t id, const reply& body);
  void refuse(std::uint32_t id, const caf::error& reason);
  void close(close_code code, std::string_view reason);
  void leave();
  subscription* find(room_id room);
  /// Sends a request on, and answers the command with what `make_reply` makes of the result.
  template <class Result, class Actor, class Request, class MakeReply>
  void ask(std::uint32_t id, const Actor& actor, Request request, MakeReply make_reply);

  session_self_actor::stateful_pointer<session_state> self;
  std::shared_ptr<const session_config> config;
  std::shared_ptr<const session_neighbours> neighbours;
  connection_ref connection;
  uuid client;
  principal who;
  phase state = phase::fresh;
  bool attached = false;
  bool reading_personal = false;
  stream_offset personal_position = 0;    // of the last event that went out
  stream_offset personal_tail = 0;        // of the last event known
  core::token_bucket credit;              // of messages
  core::token_bucket commands;            // of all commands
  deadline_watch<deadline_tick> requests; // of commands
  std::vector<subscription> subscriptions;
  std::unique_ptr<std::vector<command>> waiting;                       // for `connect`
  bool is_trusted = false;                                             // what the peer says of sampling counts
  trace_context trace;                                                 // of the command that is looked at
  std::unique_ptr<std::unordered_map<std::uint32_t, live_span>> spans; // of commands under way, since few have one

  static inline const char* name = "session";
};

session_self_actor::behavior_type session(session_self_actor::stateful_pointer<session_state> self,
                                          std::shared_ptr<const session_config> config,
                                          std::shared_ptr<const session_neighbours> neighbours,
                                          connection_ref connection, bool is_trusted);

template <class Result, class Actor, class Request, class MakeReply>
void session_state::ask(std::uint32_t id, const Actor& actor, Request request, MakeReply make_reply) {
  requests.ask<Result>(
      self, actor, std::move(request), [this, id, make_reply](Result& result) { answer(id, make_reply(result)); },
      [this, id](caf::error& reason) { refuse(id, reason); });
}

} // namespace callboard

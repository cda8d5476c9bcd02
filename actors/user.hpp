#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/core/rules.hpp"
#include "actors/open_answers.hpp"
#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

struct user_config {
  core::limits limits;
  std::size_t max_connections = 20;       // of one user; 0: no limit
  std::chrono::milliseconds idle{60'000}; // without connections and work for so long: asks to passivate
  std::chrono::milliseconds store_deadline{5'000};
  std::chrono::milliseconds write_deadline{90'000}; // above the writer's own: the writer always answers
  std::shared_ptr<node_probe> probe;
  tracer_ptr tracing;
};

struct user_neighbours {
  log_writer_actor writer;
  store_actor store;
  partition_actor partition;
};

using user_self_actor = user_actor::extend<caf::reacts_to<user_tick>>;

/// A user with connections or work: hands the events of the personal stream to every connection, ends connections whose
/// session ended, makes rooms in the user's name.
struct user_state {
  explicit user_state(user_self_actor::stateful_pointer<user_state> self);
  user_self_actor::behavior_type make_behavior(user_id id, fence guard, user_config config, user_neighbours neighbours);

  struct attachment {
    session_actor connection;
    session_id session;
  };

  caf::result<user_attached> attach(const user_attach& request);
  caf::result<appended> append(user_append& request);
  caf::result<room_view> make_room(user_create_room& request);
  void write_room(const user_create_room& request, const std::vector<member>& found,
                  open_answers::owed<room_view> promise, live_span span);
  std::uint32_t deliver(const personal_event& event);
  void check_idle();

  user_self_actor::stateful_pointer<user_state> self;
  user_id id{};
  fence guard;
  user_config config;
  user_neighbours neighbours;
  std::vector<attachment> connections;
  open_answers answers;
  unsigned busy = 0; // requests under way
  std::uint64_t handled = 0;
  std::uint64_t handled_at_last_tick = 0;

  static inline const char* name = "user";
};

user_self_actor::behavior_type user(user_self_actor::stateful_pointer<user_state> self, user_id id, fence guard,
                                    user_config config, user_neighbours neighbours);

} // namespace callboard

#pragma once

#include <chrono>
#include <memory>

#include <caf/stateful_actor.hpp>

#include "actors/core/backoff.hpp"
#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

struct outbox_relay_config {
  std::uint32_t batch = 500;
  std::chrono::milliseconds pace{250};   // between two reads, unless the last one was full
  std::chrono::milliseconds poll{5'000}; // a net, for wake-ups that were lost
  std::chrono::milliseconds store_deadline{5'000};
  std::chrono::milliseconds publish_deadline{30'000};
  std::chrono::milliseconds write_deadline{90'000};
  std::shared_ptr<node_probe> probe;
};

struct outbox_relay_neighbours {
  log_writer_actor writer;
  store_actor store;
  event_log_actor event_log;
};

using outbox_relay_self_actor = outbox_relay_actor::extend<caf::reacts_to<relay_tick>>;

/// Moves the committed events of a partition to the log, in order: reads a batch, publishes it, and removes it when the
/// log has taken it. A crash in between publishes a batch again, with the same event ids.
struct outbox_relay_state {
  explicit outbox_relay_state(outbox_relay_self_actor::stateful_pointer<outbox_relay_state> self);
  outbox_relay_self_actor::behavior_type make_behavior(fence guard, outbox_relay_config config,
                                                       outbox_relay_neighbours neighbours);

  void read_next();
  void publish(std::vector<domain_event> events);
  void trim(std::int64_t up_to, bool full);
  void wait_and_retry();
  void rest();

  outbox_relay_self_actor::stateful_pointer<outbox_relay_state> self;
  fence guard;
  outbox_relay_config config;
  outbox_relay_neighbours neighbours;
  core::backoff backoff{std::chrono::milliseconds{50}, std::chrono::milliseconds{5'000}};
  bool busy = false;          // reading, publishing, removing, or pausing after it
  bool grew = false;          // news came meanwhile
  std::int64_t published = 0; // the last position that the log has taken
  std::uint64_t ticks = 0;

  static inline const char* name = "outbox_relay";
};

outbox_relay_self_actor::behavior_type outbox_relay(outbox_relay_self_actor::stateful_pointer<outbox_relay_state> self,
                                                    fence guard, outbox_relay_config config,
                                                    outbox_relay_neighbours neighbours);

} // namespace callboard

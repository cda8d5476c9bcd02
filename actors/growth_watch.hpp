#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include <caf/stateful_actor.hpp>

#include "messages/messages.hpp"

namespace callboard {

struct growth_watch_config {
  std::chrono::milliseconds period{250}; // between two looks
  std::chrono::milliseconds store_deadline{5'000};
  std::function<void(partition_id)> outbox_grew = [](partition_id) {}; // wakes a partition's relay
};

using growth_watch_actor = caf::typed_actor<caf::reacts_to<watch_tick>>;

/// Finds events that were written to the outbox without a word to this node, by another one for example, and wakes
/// the relays of their partitions. One question for the whole node: while nothing is written it costs the store one
/// row.
struct growth_watch_state {
  explicit growth_watch_state(growth_watch_actor::stateful_pointer<growth_watch_state> self);
  growth_watch_actor::behavior_type make_behavior(growth_watch_config config, store_actor store);

  void look();

  growth_watch_actor::stateful_pointer<growth_watch_state> self;
  growth_watch_config config;
  store_actor store;
  std::int64_t known = 0; // relays were woken for everything up to this position

  static inline const char* name = "growth_watch";
};

growth_watch_actor::behavior_type growth_watch(growth_watch_actor::stateful_pointer<growth_watch_state> self,
                                               growth_watch_config config, store_actor store);

} // namespace callboard

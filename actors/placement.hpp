#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/partition.hpp"
#include "messages/messages.hpp"

namespace callboard {

struct placement_config {
  std::string node;         // who takes the partitions over
  unsigned partitions = 64; // fixed for an installation
  std::chrono::milliseconds write_deadline{90'000};
  std::chrono::milliseconds retry{200};
  std::function<void()> owns_all; // called each time all partitions are owned; may be empty
  partition_config partition;
};

/// What a placement needs; the partitions get themselves besides.
struct placement_neighbours {
  log_writer_actor writer;
  log_writer_actor bookkeeper; // of what follows from events that are committed; the writer itself, or one beside it
  store_actor store;
  notifier_actor notifier;
  event_log_actor event_log;
  event_log_actor broker;    // none without Kafka
  event_source_actor source; // what the analytics read; none: nothing is counted
};

using placement_self_actor = placement_actor::extend<caf::reacts_to<reload_tick>>;

/// The engine `single`: this node owns every partition. Another node is kept out by the lock that the store holds; the
/// epochs, raised at every start, keep out what an earlier life of this node may still have under way.
struct placement_state {
  explicit placement_state(placement_self_actor::stateful_pointer<placement_state> self);
  placement_self_actor::behavior_type make_behavior(placement_config config, placement_neighbours neighbours);

  void claim();
  const partition_actor& at(partition_id id) const { return partitions[number_of(id)]; }

  placement_self_actor::stateful_pointer<placement_state> self;
  placement_config config;
  placement_neighbours neighbours;
  std::vector<partition_actor> partitions;
  std::vector<placement_entry> owned; // empty until the epochs are known
  std::optional<caf::error> stopping; // why it ends
  std::size_t ended = 0;              // partitions, once it is stopping

  static inline const char* name = "placement";
};

placement_self_actor::behavior_type placement(placement_self_actor::stateful_pointer<placement_state> self,
                                              placement_config config, placement_neighbours neighbours);

} // namespace callboard

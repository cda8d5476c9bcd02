#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "messages/messages.hpp"

namespace callboard::memory {

/// Where the consumers register; they exist later than the log. To be filled before events flow.
struct event_consumers {
  std::vector<event_consumer_actor> all;
};

struct event_log_config {
  std::chrono::milliseconds deadline{25'000}; // of a consumer
  /// Consumers that ask for their partitions by `consume_partition`: an event waits in the outbox until each of them
  /// has asked for its partition and taken it.
  std::vector<std::string> awaited;
};

/// The embedded event log: hands each batch to every consumer in process, and has taken it when all of them have. The
/// outbox is its storage: rows go when the batch was taken.
struct event_log_state {
  struct taker {
    log_consumer_actor actor;
    std::int64_t next = 0; // the first position that it has not taken
  };
  using taker_key = std::pair<std::string, partition_id>;

  explicit event_log_state(embedded_log_actor::stateful_pointer<event_log_state> self);
  embedded_log_actor::behavior_type make_behavior(event_log_config config,
                                                  std::shared_ptr<const event_consumers> consumers);

  caf::result<done> publish(const publish_events& batch);
  caf::error not_ready(partition_id partition) const;
  caf::result<done> add(const consume_partition& wanted);
  void remove(const taker_key& key);

  embedded_log_actor::stateful_pointer<event_log_state> self;
  event_log_config config;
  std::shared_ptr<const event_consumers> consumers;
  std::map<taker_key, taker> takers;

  static inline const char* name = "event_log";
};

embedded_log_actor::behavior_type event_log(embedded_log_actor::stateful_pointer<event_log_state> self,
                                            event_log_config config, std::shared_ptr<const event_consumers> consumers);

} // namespace callboard::memory

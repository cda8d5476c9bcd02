#pragma once

#include <chrono>
#include <functional>
#include <memory>
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
};

/// The embedded event log: hands each batch to every consumer in process, and has taken it when all of them have. The
/// outbox is its storage: rows go when the batch was taken.
struct event_log_state {
  static inline const char* name = "event_log";
};

event_log_actor::behavior_type event_log(event_log_actor::stateful_pointer<event_log_state> self,
                                         event_log_config config, std::shared_ptr<const event_consumers> consumers);

} // namespace callboard::memory

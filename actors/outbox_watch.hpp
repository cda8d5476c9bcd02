#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include <caf/stateful_actor.hpp>

#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

struct outbox_watch_config {
  std::chrono::milliseconds period{2'000}; // between two looks
  std::chrono::milliseconds store_deadline{5'000};
  std::int64_t max_rows = 1'000'000;  // from here on writes that emit events are refused
  std::int64_t enough_room = 900'000; // until there are no more than these
  std::function<timestamp()> wall_clock;
  std::shared_ptr<node_probe> probe;
  std::shared_ptr<std::atomic<bool>> full = std::make_shared<std::atomic<bool>>(false); // read by the log writer
};

using outbox_watch_actor = caf::typed_actor<caf::reacts_to<watch_tick>>;

/// Looks how much waits in the outbox and since when. While nobody takes the events it grows; before it fills the disk,
/// what would add to it is refused. Between two looks it may grow past the bound by what is written meanwhile.
struct outbox_watch_state {
  explicit outbox_watch_state(outbox_watch_actor::stateful_pointer<outbox_watch_state> self);
  outbox_watch_actor::behavior_type make_behavior(outbox_watch_config config, store_actor store);

  void look();
  void judge(const store_status& status);

  outbox_watch_actor::stateful_pointer<outbox_watch_state> self;
  outbox_watch_config config;
  store_actor store;

  static inline const char* name = "outbox_watch";
};

outbox_watch_actor::behavior_type outbox_watch(outbox_watch_actor::stateful_pointer<outbox_watch_state> self,
                                               outbox_watch_config config, store_actor store);

} // namespace callboard

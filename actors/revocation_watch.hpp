#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <caf/stateful_actor.hpp>

#include "messages/messages.hpp"

namespace callboard {

struct revocation_watch_config {
  std::chrono::milliseconds interval{2'000};
  std::chrono::milliseconds overlap{120'000}; // above what a change may take to be committed, and clocks may differ
  std::chrono::milliseconds access_life{15 * 60'000};
  std::chrono::milliseconds store_deadline{5'000};
  std::chrono::milliseconds owner_deadline{5'000};
  std::function<timestamp()> wall_clock;
};

using revocation_watch_actor = caf::typed_actor<caf::reacts_to<revocation_tick>>;

/// Asks the store again and again which sessions ended, so that this node learns of every revocation, whoever wrote it
/// and whether or not it was told: within `interval` and the time of one query, while the store answers. Connections of
/// a session of which nobody had told end too.
struct revocation_watch_state {
  explicit revocation_watch_state(revocation_watch_actor::stateful_pointer<revocation_watch_state> self);
  revocation_watch_actor::behavior_type make_behavior(revocation_watch_config config, store_actor store,
                                                      placement_actor placement,
                                                      std::shared_ptr<revocation_list> revocations);
  void look();
  void take(const std::vector<session_end>& ended);
  void tell(const session_end& ended);

  revocation_watch_actor::stateful_pointer<revocation_watch_state> self;
  revocation_watch_config config;
  store_actor store;
  placement_actor placement;
  std::shared_ptr<revocation_list> revocations;
  timestamp seen_until;            // everything that ended before was seen
  std::vector<session_end> untold; // whose connections could not be ended yet

  static inline const char* name = "revocation_watch";
};

revocation_watch_actor::behavior_type
revocation_watch(revocation_watch_actor::stateful_pointer<revocation_watch_state> self, revocation_watch_config config,
                 store_actor store, placement_actor placement, std::shared_ptr<revocation_list> revocations);

} // namespace callboard

#include "actors/revocation_watch.hpp"

#include <utility>

namespace callboard {

revocation_watch_state::revocation_watch_state(revocation_watch_actor::stateful_pointer<revocation_watch_state> pointer)
    : self(pointer) {}

revocation_watch_actor::behavior_type revocation_watch_state::make_behavior(revocation_watch_config settings,
                                                                            store_actor from, placement_actor to,
                                                                            std::shared_ptr<revocation_list> list) {
  config = std::move(settings);
  store = std::move(from);
  placement = std::move(to);
  revocations = std::move(list);
  seen_until = config.wall_clock() - std::chrono::duration_cast<timestamp::duration>(config.access_life);
  self->send(self, revocation_tick{});
  return {[this](revocation_tick) { look(); }};
}

void revocation_watch_state::look() {
  auto begun = config.wall_clock();
  auto again = [this] { self->delayed_send(self, config.interval, revocation_tick{}); };
  self->request(store, config.store_deadline, sessions_ended_since{seen_until})
      .then(
          [this, begun, again](const std::vector<session_end>& ended) {
            for (auto& each : std::exchange(untold, {}))
              tell(each);
            take(ended);
            seen_until = begun - std::chrono::duration_cast<timestamp::duration>(config.overlap);
            again();
          },
          [again](caf::error&) { again(); }); // what was missed is asked for again
}

// A session is revoked until a token that was made at the latest moment has expired.
void revocation_watch_state::take(const std::vector<session_end>& ended) {
  auto until = config.wall_clock() + std::chrono::duration_cast<timestamp::duration>(config.access_life);
  for (auto& each : ended) {
    auto is_news = !revocations->is_revoked(each.session);
    revocations->revoke(each.session, until);
    if (is_news)
      tell(each);
  }
}

// The owner may be somebody else just now, or not know yet that it is: the next look tries again.
void revocation_watch_state::tell(const session_end& ended) {
  self->request(placement, config.owner_deadline, user_end_sessions{ended.user, {ended.session}, false, ended.reason})
      .then([] {}, [this, ended](caf::error&) { untold.push_back(ended); });
}

revocation_watch_actor::behavior_type
revocation_watch(revocation_watch_actor::stateful_pointer<revocation_watch_state> self, revocation_watch_config config,
                 store_actor store, placement_actor placement, std::shared_ptr<revocation_list> revocations) {
  return self->state.make_behavior(std::move(config), std::move(store), std::move(placement), std::move(revocations));
}

} // namespace callboard

#include "actors/revocation_watch.hpp"

#include <utility>

namespace callboard {

revocation_watch_state::revocation_watch_state(revocation_watch_actor::stateful_pointer<revocation_watch_state> pointer)
    : self(pointer) {}

revocation_watch_actor::behavior_type revocation_watch_state::make_behavior(revocation_watch_config settings,
                                                                            store_actor from,
                                                                            std::shared_ptr<revocation_list> list) {
  config = std::move(settings);
  store = std::move(from);
  revocations = std::move(list);
  seen_until = config.wall_clock() - std::chrono::duration_cast<timestamp::duration>(config.access_life);
  self->send(self, revocation_tick{});
  return {[this](revocation_tick) { look(); }};
}

// A session is revoked until a token that was made at the latest moment has expired.
void revocation_watch_state::look() {
  auto begun = config.wall_clock();
  auto again = [this] { self->delayed_send(self, config.interval, revocation_tick{}); };
  self->request(store, config.store_deadline, sessions_ended_since{seen_until})
      .then(
          [this, begun, again](const std::vector<session_id>& ended) {
            auto until = config.wall_clock() + std::chrono::duration_cast<timestamp::duration>(config.access_life);
            for (auto& session : ended)
              revocations->revoke(session, until);
            seen_until = begun - std::chrono::duration_cast<timestamp::duration>(config.overlap);
            again();
          },
          [again](caf::error&) { again(); }); // what was missed is asked for again
}

revocation_watch_actor::behavior_type
revocation_watch(revocation_watch_actor::stateful_pointer<revocation_watch_state> self, revocation_watch_config config,
                 store_actor store, std::shared_ptr<revocation_list> revocations) {
  return self->state.make_behavior(std::move(config), std::move(store), std::move(revocations));
}

} // namespace callboard

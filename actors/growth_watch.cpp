#include "actors/growth_watch.hpp"

#include <algorithm>
#include <utility>

namespace callboard {

growth_watch_state::growth_watch_state(growth_watch_actor::stateful_pointer<growth_watch_state> pointer)
    : self(pointer) {}

growth_watch_actor::behavior_type growth_watch_state::make_behavior(growth_watch_config settings, store_actor from) {
  config = std::move(settings);
  store = std::move(from);
  look();
  return {[this](watch_tick) { look(); }};
}

void growth_watch_state::look() {
  auto again = [this] { self->delayed_send(self, config.period, watch_tick{}); };
  self->request(store, config.store_deadline, get_outbox_growth{known})
      .then(
          [this, again](const outbox_growth& growth) {
            for (auto partition : growth.partitions)
              config.outbox_grew(partition);
            known = std::max(known, growth.last);
            again();
          },
          [again](const caf::error&) { again(); }); // the next look asks for the same
}

growth_watch_actor::behavior_type growth_watch(growth_watch_actor::stateful_pointer<growth_watch_state> self,
                                               growth_watch_config config, store_actor store) {
  return self->state.make_behavior(std::move(config), std::move(store));
}

} // namespace callboard

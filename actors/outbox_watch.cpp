#include "actors/outbox_watch.hpp"

#include <algorithm>
#include <utility>

namespace callboard {

outbox_watch_state::outbox_watch_state(outbox_watch_actor::stateful_pointer<outbox_watch_state> pointer)
    : self(pointer) {}

outbox_watch_actor::behavior_type outbox_watch_state::make_behavior(outbox_watch_config settings, store_actor from) {
  config = std::move(settings);
  store = std::move(from);
  look();
  return {[this](watch_tick) { look(); }};
}

void outbox_watch_state::look() {
  auto again = [this] { self->delayed_send(self, config.period, watch_tick{}); };
  self->request(store, config.store_deadline, get_store_status{})
      .then(
          [this, again](const store_status& status) {
            judge(status);
            again();
          },
          [again](const caf::error&) { again(); }); // what was known last stands
}

void outbox_watch_state::judge(const store_status& status) {
  if (status.outbox_rows >= config.max_rows)
    *config.full = true;
  else if (status.outbox_rows <= config.enough_room)
    *config.full = false;
  if (!config.probe)
    return;
  std::int64_t age = 0;
  if (status.oldest_outbox_row != timestamp{})
    age = std::max<std::int64_t>(0, (config.wall_clock() - status.oldest_outbox_row).count());
  config.probe->outbox_rows.set(status.outbox_rows);
  config.probe->outbox_oldest_age_ms.set(age);
}

outbox_watch_actor::behavior_type outbox_watch(outbox_watch_actor::stateful_pointer<outbox_watch_state> self,
                                               outbox_watch_config config, store_actor store) {
  return self->state.make_behavior(std::move(config), std::move(store));
}

} // namespace callboard

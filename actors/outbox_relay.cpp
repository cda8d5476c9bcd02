#include "actors/outbox_relay.hpp"

#include <utility>

namespace callboard {

outbox_relay_state::outbox_relay_state(outbox_relay_self_actor::stateful_pointer<outbox_relay_state> pointer)
    : self(pointer) {}

outbox_relay_self_actor::behavior_type outbox_relay_state::make_behavior(fence fenced, outbox_relay_config settings,
                                                                         outbox_relay_neighbours around) {
  guard = fenced;
  config = std::move(settings);
  neighbours = std::move(around);
  read_next();
  self->delayed_send(self, config.poll, relay_tick{true});
  return {
      [this](outbox_grew) { busy ? void(grew = true) : read_next(); },
      [this](relay_tick tick) {
        if (tick.poll) {
          if (!busy)
            read_next();
          self->delayed_send(self, config.poll, relay_tick{true});
          return;
        }
        busy = false; // the pause is over
        if (std::exchange(grew, false))
          read_next();
      },
  };
}

void outbox_relay_state::read_next() {
  busy = true;
  grew = false;
  self->request(neighbours.store, config.store_deadline, read_outbox{guard.partition, published, config.batch})
      .then(
          [this](std::vector<domain_event>& events) {
            if (events.empty())
              rest();
            else
              publish(std::move(events));
          },
          [this](caf::error&) { wait_and_retry(); });
}

void outbox_relay_state::publish(std::vector<domain_event> events) {
  auto count = events.size();
  auto last = events.back().position;
  self->request(neighbours.event_log, config.publish_deadline, publish_events{guard.partition, std::move(events)})
      .then(
          [this, count, last](done) {
            backoff.reset();
            published = last;
            if (config.probe)
              config.probe->events_published.add(count);
            trim(last, count == config.batch);
          },
          [this](caf::error&) { wait_and_retry(); });
}

void outbox_relay_state::trim(std::int64_t up_to, bool full) {
  auto next = [this, full] { full ? read_next() : rest(); };
  self->request(neighbours.writer, config.write_deadline, trim_outbox{guard, up_to})
      .then([next](done) { next(); },
            [this, next](caf::error& reason) {
              if (code_of(reason) == errc::moved)
                self->quit(); // another node relays this partition now
              else
                next(); // what was published already is removed with the next batch
            });
}

void outbox_relay_state::wait_and_retry() {
  grew = true;
  self->delayed_send(self, backoff.next(++ticks * 0x9E3779B97F4A7C15u >> 20), relay_tick{});
}

void outbox_relay_state::rest() {
  self->delayed_send(self, config.pace, relay_tick{});
}

outbox_relay_self_actor::behavior_type outbox_relay(outbox_relay_self_actor::stateful_pointer<outbox_relay_state> self,
                                                    fence guard, outbox_relay_config config,
                                                    outbox_relay_neighbours neighbours) {
  return self->state.make_behavior(guard, std::move(config), std::move(neighbours));
}

} // namespace callboard

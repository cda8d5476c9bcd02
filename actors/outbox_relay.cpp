#include "actors/outbox_relay.hpp"

#include <algorithm>
#include <utility>

#include "actors/spans.hpp"

namespace callboard {

using purpose = relay_tick::purpose;

namespace {

constexpr int poll_shares = 64;

} // namespace

outbox_relay_state::outbox_relay_state(outbox_relay_self_actor::stateful_pointer<outbox_relay_state> pointer)
    : self(pointer) {}

outbox_relay_self_actor::behavior_type outbox_relay_state::make_behavior(fence fenced, outbox_relay_config settings,
                                                                         outbox_relay_neighbours around) {
  guard = fenced;
  config = std::move(settings);
  neighbours = std::move(around);
  auto add_lane = [this](const event_log_actor& log, std::chrono::milliseconds pace) {
    auto& each = lanes.emplace_back();
    each.log = log;
    each.pace = pace;
  };
  add_lane(neighbours.event_log, config.pace);
  if (neighbours.broker)
    add_lane(neighbours.broker, config.broker_pace);
  self->set_exit_handler([this](const caf::exit_msg& message) { stop(message.reason); });
  for (unsigned i = 0; i < lanes.size(); ++i)
    read_next(i);
  // Each relay looks at a moment of its own, so that the store is not asked for all of them at once.
  auto share = number_of(guard.partition) % poll_shares + 1;
  self->delayed_send(self, config.poll * share / poll_shares, relay_tick{purpose::poll});
  return {
      [this](outbox_grew) {
        for (unsigned i = 0; i < lanes.size(); ++i)
          wake(i);
      },
      [this](relay_tick tick) {
        switch (tick.why) {
        case purpose::poll:
          if (!lanes.back().busy)
            read_next(static_cast<unsigned>(lanes.size() - 1));
          trim(); // if it failed, and no batch came since
          self->delayed_send(self, config.poll, relay_tick{purpose::poll});
          return;
        case purpose::resume:
          resume(tick.lane);
          return;
        case purpose::trim:
          trimming = false;
          trim();
          return;
        case purpose::stop:
          self->quit(stopping.value_or(caf::exit_reason::user_shutdown));
          return;
        }
      },
  };
}

void outbox_relay_state::wake(unsigned number) {
  if (lanes[number].busy)
    lanes[number].grew = true;
  else
    read_next(number);
}

void outbox_relay_state::resume(unsigned number) {
  auto& mine = lanes[number];
  mine.busy = false;
  if (mine.grew || mine.published < mine.told)
    read_next(number);
}

// The regular look is taken by one lane, for all. One that is busy may be past its own look: it takes another.
void outbox_relay_state::wake_those_behind(unsigned number, std::int64_t position) {
  for (unsigned i = 0; i < lanes.size(); ++i) {
    if (i == number || lanes[i].published >= position)
      continue;
    lanes[i].told = position;
    if (!lanes[i].busy)
      read_next(i);
  }
}

void outbox_relay_state::read_next(unsigned number) {
  if (stopping)
    return;
  auto& mine = lanes[number];
  mine.busy = mine.asked = true;
  mine.grew = false;
  mine.told = 0;
  read_outbox question{guard.partition, mine.published, config.batch, guard.epoch};
  self->request(neighbours.store, config.store_deadline, question)
      .then(
          [this, number](std::vector<domain_event>& events) {
            lanes[number].asked = false;
            if (!events.empty() && !stopping) {
              wake_those_behind(number, events.back().position);
              return publish(number, std::move(events));
            }
            pause(number, lanes[number].pace);
            quit_if_idle();
          },
          [this, number](caf::error& reason) {
            if (code_of(reason) == errc::moved)
              return self->quit(); // another node relays this partition now
            wait_and_retry(number);
          });
}

void outbox_relay_state::publish(unsigned number, std::vector<domain_event> events) {
  auto count = events.size();
  auto last = events.back().position;
  auto begun = self->clock().now();
  lanes[number].asked = true;
  auto spans = is_broker(number) ? begin_spans(events) : std::vector<live_span>{};
  self->request(lanes[number].log, config.publish_deadline, publish_events{guard.partition, std::move(events)})
      .then(
          [this, number, count, last, begun, spans](done) mutable {
            end_all(spans);
            auto& mine = lanes[number];
            mine.asked = false;
            mine.backoff.reset();
            mine.published = last;
            if (config.probe && is_broker(number)) {
              auto took = std::chrono::duration_cast<std::chrono::microseconds>(self->clock().now() - begun);
              config.probe->events_published.add(count);
              config.probe->publish_microseconds.observe(static_cast<std::uint64_t>(took.count()));
            }
            trim();
            if (count == config.batch)
              read_next(number);
            else
              pause(number, mine.pace);
            quit_if_idle();
          },
          [this, number, spans](caf::error& reason) mutable {
            end_all_failed(spans, reason);
            if (config.probe && is_broker(number))
              config.probe->publish_failures.add();
            // Also when a consumer says `moved`: that is about the partition of whom it tells, not about this one.
            wait_and_retry(number);
          });
}

// Whoever takes the event goes on from the span that published it.
std::vector<live_span> outbox_relay_state::begin_spans(std::vector<domain_event>& events) const {
  std::vector<live_span> spans;
  for (auto& event : events) {
    if (!event.trace.is_sampled())
      continue;
    auto span =
        begin_messaging_span(config.tracing, event, {span_kind::producer, "send", config.system, guard.partition});
    event.trace = span.context();
    spans.push_back(std::move(span));
  }
  return spans;
}

void outbox_relay_state::pause(unsigned number, std::chrono::milliseconds length) {
  self->delayed_send(self, length, relay_tick{purpose::resume, number});
}

void outbox_relay_state::wait_and_retry(unsigned number) {
  auto& mine = lanes[number];
  mine.asked = false;
  mine.grew = true;
  pause(number, mine.backoff.next(++retries * 0x9E3779B97F4A7C15u >> 20));
  quit_if_idle();
}

void outbox_relay_state::trim() {
  auto behind = [](const lane& a, const lane& b) { return a.published < b.published; };
  auto passed = std::min_element(lanes.begin(), lanes.end(), behind)->published;
  if (trim_asked || (trimming && !stopping) || passed <= trimmed)
    return;
  trimming = trim_asked = true;
  auto go_on = [this] {
    trim_asked = false;
    trimming = config.trim_pace.count() > 0;
    if (trimming)
      self->delayed_send(self, config.trim_pace, relay_tick{purpose::trim});
    else
      trim();
    quit_if_idle();
  };
  self->request(neighbours.writer, config.write_deadline, trim_outbox{guard, passed})
      .then(
          [this, passed, go_on](done) {
            trimmed = passed;
            go_on();
          },
          [this](caf::error& reason) {
            if (code_of(reason) == errc::moved)
              return self->quit();
            trim_asked = trimming = false; // what was published already is removed with the next batch
            quit_if_idle();
          });
}

void outbox_relay_state::stop(caf::error reason) {
  stopping = std::move(reason);
  trim();
  self->delayed_send(self, config.stop_deadline, relay_tick{purpose::stop});
  quit_if_idle();
}

void outbox_relay_state::quit_if_idle() {
  if (!stopping || trim_asked)
    return;
  if (std::none_of(lanes.begin(), lanes.end(), [](const lane& each) { return each.asked; }))
    self->quit(*stopping);
}

outbox_relay_self_actor::behavior_type outbox_relay(outbox_relay_self_actor::stateful_pointer<outbox_relay_state> self,
                                                    fence guard, outbox_relay_config config,
                                                    outbox_relay_neighbours neighbours) {
  return self->state.make_behavior(guard, std::move(config), std::move(neighbours));
}

} // namespace callboard

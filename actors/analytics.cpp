#include "actors/analytics.hpp"

#include <algorithm>
#include <utility>

#include "actors/core/counting.hpp"
#include "actors/spans.hpp"

namespace callboard {

using purpose = analytics_tick::purpose;

analytics_state::analytics_state(analytics_self_actor::stateful_pointer<analytics_state> pointer) : self(pointer) {}

analytics_self_actor::behavior_type analytics_state::make_behavior(fence fenced, analytics_config settings,
                                                                   analytics_neighbours around) {
  guard = fenced;
  config = std::move(settings);
  neighbours = std::move(around);
  backoff = core::backoff{config.first_retry, config.longest_retry};
  // A log that ended has forgotten who reads it.
  self->set_down_handler([this](const caf::down_msg&) {
    is_watching = false;
    begin_later();
  });
  start();
  // Not all partitions of a node at once.
  constexpr int steps = 64;
  auto first = config.forget_every / steps * (number_of(guard.partition) % steps + 1);
  self->delayed_send(self, first, analytics_tick{purpose::forget});
  return {
      [this](const log_batch& batch) { return take(batch); },
      [this](analytics_tick tick) {
        if (tick.why == purpose::begin)
          start();
        else
          forget();
      },
  };
}

void analytics_state::start() {
  is_waiting = false;
  get_log_positions question{analytics_consumer, guard.partition, guard.epoch};
  self->request(neighbours.store, config.store_deadline, std::move(question))
      .then([this](std::vector<log_position>& from) { ask_source(std::move(from)); },
            [this](caf::error& reason) {
              if (code_of(reason) == errc::moved)
                return self->quit(); // another node counts this partition now
              begin_later();
            });
}

void analytics_state::ask_source(std::vector<log_position> from) {
  if (!std::exchange(is_watching, true))
    self->monitor(neighbours.source);
  consume_partition wanted{analytics_consumer, guard.partition, std::move(from), self};
  self->request(neighbours.source, config.source_deadline, std::move(wanted))
      .then([this](done) { backoff.reset(); }, [this](caf::error&) { begin_later(); });
}

void analytics_state::begin_later() {
  if (std::exchange(is_waiting, true))
    return;
  auto random = (number_of(guard.partition) + 1u) * 0x9E3779B97F4A7C15u >> 20;
  self->delayed_send(self, backoff.next(random + backoff.tries()), analytics_tick{purpose::begin});
}

caf::result<done> analytics_state::take(const log_batch& batch) {
  // Handed over again while the first one is still being written: that one decides.
  if (!under_way.insert(batch.stream).second)
    return make_failure(errc::overloaded, "a batch of this stream is being counted");
  auto spans = begin_spans(batch.events);
  auto counted = core::count_all(batch.events);
  auto last = batch.events.empty() ? timestamp{} : batch.events.back().created_at;
  auto promise = answers.owe<done>(self);
  auto users = std::make_shared<std::vector<counted_event>>();
  leave_out_known(counted.events);
  for (auto& event : counted.events)
    if (event.active != user_id{})
      users->push_back(event);
  count_events operation{guard, analytics_consumer, {batch.stream, batch.next}, std::move(counted.events)};
  self->request(neighbours.writer, config.write_deadline, std::move(operation))
      .then(
          [this, promise, last, users, spans, stream = batch.stream,
           repeated = counted.repeated](const events_counted& result) mutable {
            under_way.erase(stream);
            end_all(spans);
            note_known(*users);
            note_counted(result, repeated, last);
            promise.deliver(done{});
          },
          [this, promise, spans, stream = batch.stream](caf::error& reason) mutable {
            under_way.erase(stream);
            end_all_failed(spans, reason);
            if (config.probe)
              config.probe->analytics_failures.add();
            auto is_over = code_of(reason) == errc::moved;
            promise.deliver(std::move(reason));
            if (is_over)
              self->quit();
          });
  return promise;
}

std::vector<live_span> analytics_state::begin_spans(const std::vector<domain_event>& events) const {
  std::vector<live_span> spans;
  for (auto& event : events) {
    if (!event.trace.is_sampled())
      continue;
    auto span =
        begin_messaging_span(config.tracing, event, {span_kind::consumer, "process", config.system, guard.partition});
    span.set("messaging.consumer.group.name", analytics_consumer);
    spans.push_back(std::move(span));
  }
  return spans;
}

void analytics_state::leave_out_known(std::vector<counted_event>& events) const {
  for (auto& event : events)
    if (event.day == known_day && known_users.count(event.active) > 0)
      event.active = user_id{};
}

void analytics_state::note_known(const std::vector<counted_event>& events) {
  for (auto& event : events) {
    if (number_of(event.day) > number_of(known_day)) {
      known_day = event.day;
      known_users.clear();
    }
    if (event.day == known_day && known_users.size() < config.most_known_users)
      known_users.insert(event.active);
  }
}

void analytics_state::note_counted(const events_counted& counted, std::uint32_t repeated, timestamp last) {
  if (!config.probe)
    return;
  config.probe->analytics_counted.add(counted.added);
  config.probe->analytics_repeated.add(counted.repeated + repeated);
  if (last != timestamp{}) {
    auto lag = std::max<std::int64_t>((config.wall_clock() - last).count(), 0);
    config.probe->analytics_lag_ms.observe(static_cast<std::uint64_t>(lag));
  }
}

void analytics_state::forget() {
  auto now = config.wall_clock();
  forget_counted operation{guard, analytics_consumer, now - config.keep_ids, day_of(now - config.keep_days),
                           config.forget_limit};
  self->request(neighbours.writer, config.write_deadline, std::move(operation))
      .then(
          [this](std::uint32_t removed) {
            auto pause = removed < config.forget_limit ? config.forget_every : config.forget_again;
            self->delayed_send(self, pause, analytics_tick{purpose::forget});
          },
          [this](caf::error& reason) {
            if (code_of(reason) == errc::moved)
              return self->quit();
            self->delayed_send(self, config.forget_every, analytics_tick{purpose::forget});
          });
}

analytics_self_actor::behavior_type analytics(analytics_self_actor::stateful_pointer<analytics_state> self, fence guard,
                                              analytics_config config, analytics_neighbours neighbours) {
  return self->state.make_behavior(guard, std::move(config), std::move(neighbours));
}

} // namespace callboard

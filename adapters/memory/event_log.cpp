#include "adapters/memory/event_log.hpp"

#include <algorithm>
#include <utility>

namespace callboard::memory {
namespace {

/// Answers a batch when all who were handed it have answered.
struct gathering {
  std::size_t missing = 0;
  caf::error failure;
  caf::typed_response_promise<done> promise;

  void finish() {
    if (--missing > 0)
      return;
    if (failure)
      promise.deliver(std::move(failure));
    else
      promise.deliver(done{});
  }
};

} // namespace

event_log_state::event_log_state(embedded_log_actor::stateful_pointer<event_log_state> pointer) : self(pointer) {}

embedded_log_actor::behavior_type event_log_state::make_behavior(event_log_config settings,
                                                                 std::shared_ptr<const event_consumers> given) {
  config = std::move(settings);
  consumers = std::move(given);
  self->set_down_handler([this](const caf::down_msg& message) {
    std::erase_if(takers, [&](const auto& each) { return each.second.actor.address() == message.source; });
  });
  return {[this](const publish_events& batch) { return publish(batch); },
          [this](const consume_partition& wanted) { return add(wanted); },
          [this](const leave_partition& order) {
            remove({order.consumer, order.partition});
          }};
}

caf::result<done> event_log_state::publish(const publish_events& batch) {
  if (auto reason = not_ready(batch.partition))
    return reason;
  auto gathered = std::make_shared<gathering>();
  gathered->promise = self->make_response_promise<done>();
  gathered->missing = 1; // this function
  auto refused = [gathered](caf::error& reason) {
    gathered->failure = std::move(reason);
    gathered->finish();
  };
  for (auto& consumer : consumers->all) {
    ++gathered->missing;
    self->request(consumer, config.deadline, batch).then([gathered](done) { gathered->finish(); }, refused);
  }
  for (auto& [key, reader] : takers) {
    if (key.second != batch.partition)
      continue;
    log_batch news{batch.partition, embedded_stream, {}, 0};
    for (auto& event : batch.events)
      if (event.position >= reader.next)
        news.events.push_back(event);
    if (news.events.empty())
      continue;
    auto next = news.next = news.events.back().position + 1;
    ++gathered->missing;
    self->request(reader.actor, config.deadline, std::move(news))
        .then(
            [this, gathered, next, key = key](done) {
              if (auto found = takers.find(key); found != takers.end())
                found->second.next = std::max(found->second.next, next);
              gathered->finish();
            },
            refused);
  }
  auto promise = gathered->promise;
  gathered->finish();
  return promise;
}

caf::error event_log_state::not_ready(partition_id partition) const {
  auto missing = consumers->all.empty();
  for (auto& consumer : config.awaited)
    missing = missing || takers.count({consumer, partition}) == 0;
  return missing ? make_failure(errc::unavailable, "the consumers of the log are not ready") : caf::error{};
}

caf::result<done> event_log_state::add(const consume_partition& wanted) {
  taker_key key{wanted.consumer, wanted.partition};
  remove(key);
  taker made{wanted.taker, 0};
  for (auto& position : wanted.from)
    if (position.stream == embedded_stream)
      made.next = position.next;
  self->monitor(made.actor);
  takers.emplace(std::move(key), std::move(made));
  return done{};
}

void event_log_state::remove(const taker_key& key) {
  auto found = takers.find(key);
  if (found == takers.end())
    return;
  self->demonitor(found->second.actor.address());
  takers.erase(found);
}

embedded_log_actor::behavior_type event_log(embedded_log_actor::stateful_pointer<event_log_state> self,
                                            event_log_config config, std::shared_ptr<const event_consumers> consumers) {
  return self->state.make_behavior(std::move(config), std::move(consumers));
}

} // namespace callboard::memory

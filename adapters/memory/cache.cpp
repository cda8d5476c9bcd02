#include "adapters/memory/cache.hpp"

#include <utility>

namespace callboard::memory {

cache_state::cache_state(cache_self_actor::stateful_pointer<cache_state> pointer) : self(pointer) {}

cache_self_actor::behavior_type cache_state::make_behavior(cache_config settings) {
  config = std::move(settings);
  attempts = attempt_book{{config.lock, config.max_keys}};
  rates = rate_book{config.max_keys};
  copies = copy_book{config.max_copies, config.copy_life};
  return {
      [this](const reserve_attempt& request) { return reserve(request.keys); },
      [this](const settle_attempt& outcome) { settle(outcome); },
      [this](const take_rate& request) { return rates.take(request.key, request.per_minute, config.wall_clock()); },
      [this](const find_cached& request) { return copies.find(request.key, config.wall_clock()); },
      [this](const keep_cached& copy) { copies.keep(copy, config.wall_clock()); },
      [this](const drop_cached& request) {
        for (auto& key : request.keys)
          copies.drop(key);
        return done{};
      },
      [this](cache_tick) { review_waiting(); },
  };
}

caf::result<attempt_verdict> cache_state::reserve(const std::vector<attempt_key>& keys) {
  if (auto verdict = try_reserve(keys))
    return *verdict;
  if (waiting.size() >= config.max_waiting)
    return attempt_verdict{};
  auto promise = self->make_response_promise<attempt_verdict>();
  auto wait = std::chrono::duration_cast<timestamp::duration>(config.longest_wait);
  waiting.push_back({keys, config.wall_clock() + wait, promise});
  self->delayed_send(self, config.longest_wait, cache_tick{});
  return promise;
}

void cache_state::review_waiting() {
  auto now = config.wall_clock();
  for (auto each = waiting.begin(); each != waiting.end();) {
    auto verdict = try_reserve(each->keys);
    if (!verdict && each->until <= now)
      verdict = attempt_verdict{};
    if (!verdict) {
      ++each;
      continue;
    }
    each->promise.deliver(*verdict);
    each = waiting.erase(each);
  }
}

caf::optional<attempt_verdict> cache_state::try_reserve(const std::vector<attempt_key>& keys) {
  switch (attempts.reserve(keys, config.wall_clock())) {
  case attempt_outcome::taken:
    return attempt_verdict{attempt_outcome::taken};
  case attempt_outcome::locked:
    return attempts.lock_of(keys);
  case attempt_outcome::all_out:
    break;
  }
  return caf::none;
}

void cache_state::settle(const settle_attempt& outcome) {
  attempts.settle(outcome.keys, outcome.success, config.wall_clock());
  review_waiting();
}

cache_self_actor::behavior_type cache(cache_self_actor::stateful_pointer<cache_state> self, cache_config config) {
  return self->state.make_behavior(std::move(config));
}

} // namespace callboard::memory

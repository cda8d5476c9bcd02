#include "adapters/memory/cache.hpp"

#include <algorithm>
#include <ratio>
#include <utility>

namespace callboard::memory {

cache_state::cache_state(cache_self_actor::stateful_pointer<cache_state> pointer) : self(pointer) {}

cache_self_actor::behavior_type cache_state::make_behavior(cache_config settings) {
  config = std::move(settings);
  accounts = recent_map<attempts>{config.max_keys};
  rates = recent_map<rate>{config.max_keys};
  return {
      [this](const reserve_attempt& request) { return reserve(request.key); },
      [this](const settle_attempt& outcome) { settle(outcome); },
      [this](const take_rate& request) { return take(request); },
      [this](cache_tick) { review_waiting(); },
  };
}

caf::result<attempt_verdict> cache_state::reserve(const std::string& key) {
  if (auto verdict = try_reserve(key))
    return *verdict;
  if (waiting.size() >= config.max_waiting)
    return attempt_verdict{};
  auto promise = self->make_response_promise<attempt_verdict>();
  auto wait = std::chrono::duration_cast<timestamp::duration>(config.longest_wait);
  waiting.push_back({key, config.wall_clock() + wait, promise});
  self->delayed_send(self, config.longest_wait, cache_tick{});
  return promise;
}

void cache_state::review_waiting() {
  auto now = config.wall_clock();
  for (auto each = waiting.begin(); each != waiting.end();) {
    auto verdict = try_reserve(each->key);
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

caf::optional<attempt_verdict> cache_state::try_reserve(const std::string& key) {
  if (config.max_attempts == 0)
    return attempt_verdict{true, {}};
  auto now = config.wall_clock();
  auto& mine = accounts.touch(key);
  if (mine.locked_until > now)
    return attempt_verdict{false, mine.locked_until};
  if (mine.failed > 0 && now - mine.first_failure > config.lock) {
    mine.failed = 0;
    mine.locked_until = {};
  }
  if (mine.failed + mine.reserved >= config.max_attempts)
    return caf::none;
  ++mine.reserved;
  return attempt_verdict{true, {}};
}

void cache_state::settle(const settle_attempt& outcome) {
  auto* known = accounts.find(outcome.key);
  if (known == nullptr)
    return;
  auto& mine = *known;
  if (mine.reserved > 0)
    --mine.reserved;
  if (!outcome.success) {
    auto now = config.wall_clock();
    if (mine.failed++ == 0)
      mine.first_failure = now;
    if (mine.failed >= config.max_attempts)
      mine.locked_until = now + config.lock;
  }
  review_waiting();
}

bool cache_state::take(const take_rate& request) {
  auto now = config.wall_clock();
  auto& mine = rates.touch(request.key);
  double most = request.per_minute;
  auto passed = std::chrono::duration<double, std::ratio<60>>(std::max(now - mine.last, timestamp::duration{0}));
  mine.tokens = mine.last == timestamp{} ? most : std::min(most, mine.tokens + passed.count() * most);
  mine.last = now;
  if (mine.tokens < 1)
    return false;
  mine.tokens -= 1;
  return true;
}

cache_self_actor::behavior_type cache(cache_self_actor::stateful_pointer<cache_state> self, cache_config config) {
  return self->state.make_behavior(std::move(config));
}

} // namespace callboard::memory

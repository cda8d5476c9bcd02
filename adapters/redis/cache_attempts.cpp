#include <algorithm>
#include <utility>

#include "adapters/redis/cache.hpp"

// Attempts and rates: taken from this node's own counts first, then from those that all nodes share.

namespace callboard::redis {
namespace {

std::string failures_key(const std::string& account) {
  return "failed:{" + account + "}";
}

std::string reservations_key(const std::string& account) {
  return "reserved:{" + account + "}";
}

constexpr std::int64_t answer_locked = 0;
constexpr std::int64_t answer_taken = 1;

} // namespace

caf::result<attempt_verdict> cache_state::reserve(const std::string& key) {
  auto promise = self->make_response_promise<attempt_verdict>();
  try_reserve(key, [this, key, promise](caf::optional<attempt_verdict> verdict) mutable {
    if (verdict || waiting.size() >= config.local.max_waiting) {
      promise.deliver(verdict ? *verdict : attempt_verdict{});
      return;
    }
    auto wait = std::chrono::duration_cast<timestamp::duration>(config.local.longest_wait);
    waiting.push_back({key, now() + wait, promise});
    arm_retry();
  });
  return promise;
}

void cache_state::try_reserve(const std::string& key, verdict_handler then) {
  if (config.local.max_attempts == 0)
    return then(attempt_verdict{true, {}});
  switch (attempts.reserve(key, now())) {
  case memory::reservation::locked:
    return then(attempt_verdict{false, attempts.locked_until(key)});
  case memory::reservation::all_out:
    return then(caf::none);
  case memory::reservation::taken:
    break;
  }
  auto taken_as = redis->unique_name();
  auto lock = std::chrono::milliseconds{config.local.lock};
  ask(script::reserve, {failures_key(key), reservations_key(key), "accounts"},
      {std::to_string(config.local.max_attempts), std::to_string(lock.count()),
       std::to_string(config.reservation_life.count()), taken_as, std::to_string(config.local.max_keys)},
      [this, key, taken_as, then = std::move(then)](const result& answer) { then(judge(key, taken_as, answer)); });
}

// Without an answer this node's own count, which has been taken from already, decides.
caf::optional<attempt_verdict> cache_state::judge(const std::string& key, const std::string& taken_as,
                                                  const result& answer) {
  bool answered = answer.how == outcome::ok && answer.value.is_numbers(2);
  if (!answered || answer.value.items[0].number == answer_taken) {
    reservations[key].push_back(taken_as);
    return attempt_verdict{true, {}};
  }
  attempts.settle(key, true, now());
  if (answer.value.items[0].number != answer_locked)
    return caf::none;
  learn_lock(key, answer.value.items[1].number);
  return attempt_verdict{false, attempts.locked_until(key)};
}

void cache_state::review_waiting() {
  auto time = now();
  for (auto each = waiting.begin(); each != waiting.end();) {
    if (each->until > time) {
      ++each;
      continue;
    }
    each->promise.deliver(attempt_verdict{});
    each = waiting.erase(each);
  }
  std::vector<std::string> accounts;
  for (auto& each : waiting)
    if (retrying.insert(each.key).second)
      accounts.push_back(each.key);
  for (auto& key : accounts)
    retry(key);
  arm_retry();
}

// One at a time for each account, the longest waiting first; who gets an attempt makes room to ask for the next.
void cache_state::retry(const std::string& key) {
  try_reserve(key, [this, key](caf::optional<attempt_verdict> verdict) {
    retrying.erase(key);
    if (!verdict)
      return;
    auto first = std::find_if(waiting.begin(), waiting.end(), [&](const auto& each) { return each.key == key; });
    if (first == waiting.end()) {
      if (verdict->allowed)
        settle({key, true}); // nobody waits any more
      return;
    }
    first->promise.deliver(*verdict);
    waiting.erase(first);
    auto more = std::any_of(waiting.begin(), waiting.end(), [&](const auto& each) { return each.key == key; });
    if (more && retrying.insert(key).second)
      retry(key);
  });
}

void cache_state::arm_retry() {
  if (waiting.empty() || std::exchange(retry_armed, true))
    return;
  self->delayed_send(self, config.retry_waiting, retry_tick{});
}

void cache_state::settle(const settle_attempt& settled) {
  if (config.local.max_attempts == 0)
    return;
  attempts.settle(settled.key, settled.success, now());
  if (auto until = attempts.locked_until(settled.key); until > now())
    learn_lock(settled.key, (until - now()).count());
  std::string taken_as;
  if (auto mine = reservations.find(settled.key); mine != reservations.end()) {
    taken_as = std::move(mine->second.front());
    mine->second.pop_front();
    if (mine->second.empty())
      reservations.erase(mine);
  }
  auto lock = std::chrono::milliseconds{config.local.lock};
  ask(script::settle, {failures_key(settled.key), reservations_key(settled.key)},
      {taken_as, settled.success ? "0" : "1", std::to_string(config.local.max_attempts), std::to_string(lock.count())},
      [this, key = settled.key](const result& answer) {
        if (answer.how == outcome::ok && answer.value.is_numbers(1))
          learn_lock(key, answer.value.items[0].number);
        review_waiting();
      });
}

void cache_state::learn_lock(const std::string& key, std::int64_t milliseconds) {
  if (milliseconds <= 0)
    return;
  auto longest = std::chrono::milliseconds{config.local.lock};
  auto until = now() + std::min(std::chrono::milliseconds{milliseconds}, longest);
  attempts.lock(key, until);
  if (locks.size() >= config.max_known_locks)
    std::erase_if(locks, [time = now()](const auto& each) { return each.second <= time; });
  if (locks.size() < config.max_known_locks || locks.contains(key))
    locks[key] = std::max(locks[key], until);
}

void cache_state::repeat_locks() {
  std::erase_if(locks, [time = now()](const auto& each) { return each.second <= time; });
  auto lock = std::chrono::milliseconds{config.local.lock};
  for (auto& [key, until] : locks)
    redis->run(script::lock, {failures_key(key)},
               {std::to_string((until - now()).count()), std::to_string(config.local.max_attempts),
                std::to_string(lock.count())},
               [](const result&) {});
}

caf::result<bool> cache_state::take(const take_rate& request) {
  if (!rates.take(request.key, request.per_minute, now()))
    return false;
  auto promise = self->make_response_promise<bool>();
  ask(script::take, {"rate:{" + request.key + "}", "rates"},
      {std::to_string(request.per_minute), std::to_string(config.local.max_keys)},
      [promise](const result& answer) mutable {
        // No answer: this node's own rate has been taken from already.
        promise.deliver(answer.how != outcome::ok || answer.value.type != reply::kind::number ||
                        answer.value.number != 0);
      });
  return promise;
}

} // namespace callboard::redis

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

/// One name for keys that are taken together; no key holds a line's end.
std::string name_of(const std::vector<attempt_key>& keys) {
  std::string all;
  for (auto& each : keys)
    all += each.key + '\n';
  return all;
}

/// The failures and reservations of each key.
void append_keys(std::vector<std::string>& to, const std::vector<attempt_key>& keys) {
  for (auto& each : keys) {
    to.push_back(failures_key(each.key));
    to.push_back(reservations_key(each.key));
  }
}

void append_bounds(std::vector<std::string>& to, const std::vector<attempt_key>& keys) {
  for (auto& each : keys)
    to.push_back(std::to_string(each.most));
}

} // namespace

caf::result<attempt_verdict> cache_state::reserve(const std::vector<attempt_key>& keys) {
  auto promise = self->make_response_promise<attempt_verdict>();
  try_reserve(keys, [this, keys, promise](caf::optional<attempt_verdict> verdict) mutable {
    if (verdict || waiting.size() >= config.local.max_waiting) {
      promise.deliver(verdict ? *verdict : attempt_verdict{});
      return;
    }
    auto wait = std::chrono::duration_cast<timestamp::duration>(config.local.longest_wait);
    waiting.push_back({keys, name_of(keys), now() + wait, promise});
    arm_retry();
  });
  return promise;
}

void cache_state::try_reserve(const std::vector<attempt_key>& keys, verdict_handler then) {
  if (keys.empty())
    return then(attempt_verdict{attempt_outcome::taken});
  switch (attempts.reserve(keys, now())) {
  case attempt_outcome::locked:
    return tell_lock(attempts.lock_of(keys), std::move(then));
  case attempt_outcome::all_out:
    return then(caf::none);
  case attempt_outcome::taken:
    break;
  }
  auto taken_as = redis->unique_name();
  auto lock = std::chrono::milliseconds{config.local.lock};
  std::vector<std::string> names{"accounts"};
  append_keys(names, keys);
  std::vector<std::string> arguments{std::to_string(lock.count()), std::to_string(config.reservation_life.count()),
                                     taken_as, std::to_string(config.local.max_keys)};
  append_bounds(arguments, keys);
  ask(script::reserve, names, std::move(arguments),
      [this, keys, taken_as, then = std::move(then)](const result& answer) { then(judge(keys, taken_as, answer)); });
}

// Redis is asked although its answer says nothing new: the time of a refusal is not to tell a lock from other reasons
// (security.md 7). It is only read: a lock that each attempt wrote anew would creep.
void cache_state::tell_lock(attempt_verdict verdict, verdict_handler then) {
  auto me = caf::actor_cast<caf::actor>(self);
  auto key = redis->key(failures_key(verdict.locked_key));
  redis->send({"HGET", std::move(key), "locked"},
              [me, verdict = std::move(verdict), then = std::move(then)](const result&) {
                auto work = std::make_shared<std::function<void()>>([then, verdict] { then(verdict); });
                caf::anon_send(me, resume{std::move(work)});
              });
}

// Without an answer this node's own count, which has been taken from already, decides.
caf::optional<attempt_verdict> cache_state::judge(const std::vector<attempt_key>& keys, const std::string& taken_as,
                                                  const result& answer) {
  bool answered = answer.how == outcome::ok && answer.value.is_numbers(3);
  if (!answered || answer.value.items[0].number == answer_taken) {
    reservations[name_of(keys)].push_back(taken_as);
    return attempt_verdict{attempt_outcome::taken};
  }
  attempts.settle(keys, true, now());
  auto which = answer.value.items[2].number;
  if (answer.value.items[0].number != answer_locked || which < 0 || static_cast<std::size_t>(which) >= keys.size())
    return caf::none;
  auto& locked = keys[static_cast<std::size_t>(which)];
  learn_lock(locked, answer.value.items[1].number);
  return attempt_verdict{attempt_outcome::locked, attempts.locked_until(locked.key), locked.key};
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
  std::vector<std::pair<std::string, std::vector<attempt_key>>> due;
  for (auto& each : waiting)
    if (retrying.insert(each.name).second)
      due.emplace_back(each.name, each.keys);
  for (auto& [name_of_keys, keys] : due)
    retry(name_of_keys, keys);
  arm_retry();
}

// One at a time for the same keys, the longest waiting first; who gets an attempt makes room to ask for the next.
void cache_state::retry(const std::string& name_of_keys, const std::vector<attempt_key>& keys) {
  try_reserve(keys, [this, name_of_keys, keys](caf::optional<attempt_verdict> verdict) {
    retrying.erase(name_of_keys);
    if (!verdict)
      return;
    auto has_name = [&name_of_keys](const auto& each) { return each.name == name_of_keys; };
    auto first = std::find_if(waiting.begin(), waiting.end(), has_name);
    if (first == waiting.end()) {
      if (verdict->outcome == attempt_outcome::taken)
        settle({keys, true}); // nobody waits any more
      return;
    }
    first->promise.deliver(*verdict);
    waiting.erase(first);
    auto more = std::any_of(waiting.begin(), waiting.end(), has_name);
    if (more && retrying.insert(name_of_keys).second)
      retry(name_of_keys, keys);
  });
}

void cache_state::arm_retry() {
  if (waiting.empty() || std::exchange(retry_armed, true))
    return;
  self->delayed_send(self, config.retry_waiting, retry_tick{});
}

void cache_state::settle(const settle_attempt& settled) {
  if (settled.keys.empty())
    return;
  attempts.settle(settled.keys, settled.success, now());
  for (auto& each : settled.keys)
    if (auto until = attempts.locked_until(each.key); until > now())
      learn_lock(each, (until - now()).count());
  std::string taken_as;
  if (auto mine = reservations.find(name_of(settled.keys)); mine != reservations.end()) {
    taken_as = std::move(mine->second.front());
    mine->second.pop_front();
    if (mine->second.empty())
      reservations.erase(mine);
  }
  auto lock = std::chrono::milliseconds{config.local.lock};
  std::vector<std::string> names, arguments{taken_as, settled.success ? "0" : "1", std::to_string(lock.count())};
  append_keys(names, settled.keys);
  append_bounds(arguments, settled.keys);
  ask(script::settle, names, std::move(arguments), [this, keys = settled.keys](const result& answer) {
    if (answer.how == outcome::ok && answer.value.is_numbers(keys.size()))
      for (std::size_t i = 0; i < keys.size(); ++i)
        learn_lock(keys[i], answer.value.items[i].number);
    review_waiting();
  });
}

void cache_state::learn_lock(const attempt_key& key, std::int64_t milliseconds) {
  if (milliseconds <= 0)
    return;
  auto longest = std::chrono::milliseconds{config.local.lock};
  auto until = now() + std::min(std::chrono::milliseconds{milliseconds}, longest);
  attempts.lock(key.key, until);
  if (locks.size() >= config.max_known_locks)
    std::erase_if(locks, [time = now()](const auto& each) { return each.second.until <= time; });
  if (locks.size() < config.max_known_locks || locks.contains(key.key))
    locks[key.key] = {std::max(locks[key.key].until, until), key.most};
}

void cache_state::repeat_locks() {
  std::erase_if(locks, [time = now()](const auto& each) { return each.second.until <= time; });
  auto lock = std::chrono::milliseconds{config.local.lock};
  for (auto& [key, known] : locks)
    redis->run(
        script::lock, {failures_key(key)},
        {std::to_string((known.until - now()).count()), std::to_string(known.most), std::to_string(lock.count())},
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

#include "adapters/memory/attempts.hpp"

#include <algorithm>

namespace callboard::memory {

attempt_outcome attempt_book::reserve(const std::vector<attempt_key>& keys, timestamp now) {
  auto worst = attempt_outcome::taken;
  for (auto& each : keys) {
    auto mine = look_at(each, now);
    if (mine == attempt_outcome::locked)
      return mine;
    if (mine == attempt_outcome::all_out)
      worst = mine;
  }
  if (worst == attempt_outcome::taken)
    for (auto& each : keys)
      ++accounts_.touch(each.key).reserved;
  return worst;
}

attempt_outcome attempt_book::look_at(const attempt_key& key, timestamp now) {
  auto& mine = accounts_.touch(key.key);
  if (mine.locked_until > now)
    return attempt_outcome::locked;
  if (mine.failed > 0 && now - mine.first_failure > rules_.lock) {
    mine.failed = 0;
    mine.locked_until = {};
  }
  return mine.failed + mine.reserved >= key.most ? attempt_outcome::all_out : attempt_outcome::taken;
}

void attempt_book::settle(const std::vector<attempt_key>& keys, bool success, timestamp now) {
  for (auto& each : keys) {
    auto* known = accounts_.find(each.key);
    if (known == nullptr)
      continue;
    auto& mine = *known;
    if (mine.reserved > 0)
      --mine.reserved;
    if (success)
      continue;
    if (mine.failed++ == 0)
      mine.first_failure = now;
    if (mine.failed >= each.most)
      mine.locked_until = std::max(mine.locked_until, now + rules_.lock);
  }
}

void attempt_book::lock(const std::string& key, timestamp until) {
  auto& mine = accounts_.touch(key);
  mine.locked_until = std::max(mine.locked_until, until);
}

timestamp attempt_book::locked_until(const std::string& key) {
  auto* known = accounts_.find(key);
  return known == nullptr ? timestamp{} : known->locked_until;
}

attempt_verdict attempt_book::lock_of(const std::vector<attempt_key>& keys) {
  attempt_verdict verdict{attempt_outcome::locked};
  for (auto& each : keys)
    if (auto until = locked_until(each.key); until > verdict.locked_until)
      verdict = {attempt_outcome::locked, until, each.key};
  return verdict;
}

} // namespace callboard::memory

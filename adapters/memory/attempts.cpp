#include "adapters/memory/attempts.hpp"

#include <algorithm>

namespace callboard::memory {

reservation attempt_book::reserve(const std::string& key, timestamp now) {
  if (rules_.max_attempts == 0)
    return reservation::taken;
  auto& mine = accounts_.touch(key);
  if (mine.locked_until > now)
    return reservation::locked;
  if (mine.failed > 0 && now - mine.first_failure > rules_.lock) {
    mine.failed = 0;
    mine.locked_until = {};
  }
  if (mine.failed + mine.reserved >= rules_.max_attempts)
    return reservation::all_out;
  ++mine.reserved;
  return reservation::taken;
}

void attempt_book::settle(const std::string& key, bool success, timestamp now) {
  auto* known = accounts_.find(key);
  if (known == nullptr)
    return;
  auto& mine = *known;
  if (mine.reserved > 0)
    --mine.reserved;
  if (success)
    return;
  if (mine.failed++ == 0)
    mine.first_failure = now;
  if (mine.failed >= rules_.max_attempts)
    mine.locked_until = std::max(mine.locked_until, now + rules_.lock);
}

void attempt_book::lock(const std::string& key, timestamp until) {
  auto& mine = accounts_.touch(key);
  mine.locked_until = std::max(mine.locked_until, until);
}

timestamp attempt_book::locked_until(const std::string& key) {
  auto* known = accounts_.find(key);
  return known == nullptr ? timestamp{} : known->locked_until;
}

} // namespace callboard::memory

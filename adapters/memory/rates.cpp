#include "adapters/memory/rates.hpp"

#include <algorithm>
#include <chrono>
#include <ratio>

namespace callboard::memory {

bool rate_book::take(const std::string& key, std::uint32_t per_minute, timestamp now) {
  auto& mine = rates_.touch(key);
  double most = per_minute;
  auto passed = std::chrono::duration<double, std::ratio<60>>(std::max(now - mine.last, timestamp::duration{0}));
  mine.tokens = mine.last == timestamp{} ? most : std::min(most, mine.tokens + passed.count() * most);
  mine.last = now;
  if (mine.tokens < 1)
    return false;
  mine.tokens -= 1;
  return true;
}

} // namespace callboard::memory

#include "adapters/memory/copies.hpp"

namespace callboard::memory {

cached_value copy_book::find(const std::string& key, timestamp now) {
  auto& mine = copies_.touch(key);
  cached_value answer;
  if (mine.lease == 0 && mine.until > now) {
    answer.found = true;
    answer.bytes = mine.bytes;
    return answer;
  }
  mine = {};
  mine.lease = ++leases_; // the latest asker fills it
  answer.lease = std::to_string(mine.lease);
  return answer;
}

void copy_book::keep(const keep_cached& offered, timestamp now) {
  auto* mine = copies_.find(offered.key);
  if (mine == nullptr || mine->lease == 0 || std::to_string(mine->lease) != offered.lease)
    return;
  mine->lease = 0;
  mine->bytes = offered.bytes;
  mine->until = now + std::chrono::duration_cast<timestamp::duration>(life_);
}

} // namespace callboard::memory

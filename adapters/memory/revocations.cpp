#include "adapters/memory/revocations.hpp"

#include <utility>

namespace callboard::memory {

revocations::revocations(std::function<timestamp()> wall_clock) : wall_clock_(std::move(wall_clock)) {}

void revocations::revoke(callboard::session_id session, timestamp until) {
  std::unique_lock lock{mutex_};
  auto now = wall_clock_();
  while (!by_end_.empty() && by_end_.begin()->first <= now) {
    auto expired = by_end_.begin();
    auto i = until_.find(expired->second);
    if (i != until_.end() && i->second <= now)
      until_.erase(i);
    by_end_.erase(expired);
  }
  auto [i, added] = until_.try_emplace(session, until);
  if (!added && i->second >= until)
    return;
  i->second = until;
  by_end_.emplace(until, session);
}

bool revocations::is_revoked(const callboard::session_id& session) const {
  std::shared_lock lock{mutex_};
  return until_.contains(session);
}

std::vector<std::pair<callboard::session_id, timestamp>> revocations::all() const {
  std::shared_lock lock{mutex_};
  return {until_.begin(), until_.end()};
}

} // namespace callboard::memory

#include "adapters/sql/postgres/reconnecting.hpp"

#include <algorithm>
#include <utility>

namespace callboard::sql {

reconnecting::reconnecting(std::chrono::milliseconds first, std::chrono::milliseconds most)
    : first_{first}, most_{most} {}

std::optional<std::string> reconnecting::begin_attempt(clock::time_point now) {
  std::lock_guard hold{mutex_};
  auto is_after_failure = failures_ > 0;
  if (is_after_failure && (now < not_before_ || is_trying_))
    return reason_;
  is_trying_ = true;
  return std::nullopt;
}

void reconnecting::succeeded() {
  std::lock_guard hold{mutex_};
  failures_ = 0;
  is_trying_ = false;
  down_ = false;
}

void reconnecting::failed(clock::time_point now, std::string reason) {
  std::lock_guard hold{mutex_};
  not_before_ = now + next_wait();
  ++failures_;
  is_trying_ = false;
  reason_ = std::move(reason);
  down_ = true;
}

/// Doubling, each reduced by up to a half at random.
std::chrono::milliseconds reconnecting::next_wait() {
  auto full = std::min(most_.count(), first_.count() << std::min(failures_, 20u));
  std::uniform_int_distribution<std::chrono::milliseconds::rep> jitter{0, full / 2};
  return std::chrono::milliseconds{full - jitter(random_)};
}

} // namespace callboard::sql

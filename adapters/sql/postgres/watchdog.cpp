#include "adapters/sql/postgres/watchdog.hpp"

#include <algorithm>

#include <sys/socket.h>

namespace callboard::sql {

watchdog::watchdog() : thread_{[this] { run(); }} {}

watchdog::~watchdog() {
  {
    std::lock_guard hold{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void watchdog::run() {
  auto is_waiting = [](const auto& each) { return each.second >= 0; };
  std::unique_lock hold{mutex_};
  while (!stopping_) {
    auto next = std::find_if(sockets_.begin(), sockets_.end(), is_waiting);
    if (next == sockets_.end()) {
      changed_.wait(hold);
    } else if (auto deadline = next->first.first; clock::now() < deadline) {
      changed_.wait_until(hold, deadline);
    } else {
      ::shutdown(next->second, SHUT_RDWR);
      next->second = -1;
    }
  }
}

watchdog::watch::watch(watchdog& owner, int socket, clock::time_point deadline) : owner_{owner} {
  bool is_first = false;
  {
    std::lock_guard hold{owner_.mutex_};
    key_ = {deadline, ++owner_.last_};
    auto place = owner_.sockets_.emplace(key_, socket).first;
    is_first = place == owner_.sockets_.begin();
  }
  if (is_first)
    owner_.changed_.notify_one();
}

watchdog::watch::~watch() {
  std::lock_guard hold{owner_.mutex_};
  owner_.sockets_.erase(key_);
}

bool watchdog::watch::has_bitten() const {
  std::lock_guard hold{owner_.mutex_};
  return owner_.sockets_.at(key_) < 0;
}

} // namespace callboard::sql

#include "bin/callboard/ordered_stop.hpp"

#include <utility>

namespace callboard {

ordered_stop::ordered_stop(clock::time_point deadline, std::function<void(const std::string&)> too_late)
    : too_late_(std::move(too_late)), watcher_([this, deadline] { watch(deadline); }) {}

ordered_stop::~ordered_stop() {
  {
    std::lock_guard hold{mutex_};
    is_over_ = true;
  }
  changed_.notify_all();
  watcher_.join();
}

void ordered_stop::add(std::string name, std::function<void()> end) {
  std::lock_guard hold{mutex_};
  steps_.push_back({std::move(name), std::move(end)});
}

void ordered_stop::run(const std::function<void(const std::string&)>& begins) {
  for (auto& each : steps_) {
    begins(each.name);
    each.end();
    std::lock_guard hold{mutex_};
    is_over_ = ++next_ == steps_.size();
  }
  changed_.notify_all();
}

void ordered_stop::watch(clock::time_point deadline) {
  std::string left;
  {
    std::unique_lock hold{mutex_};
    if (changed_.wait_until(hold, deadline, [this] { return is_over_; }))
      return;
    for (auto i = next_; i < steps_.size(); ++i)
      left += (left.empty() ? "" : ", ") + steps_[i].name;
  }
  too_late_(left);
}

} // namespace callboard

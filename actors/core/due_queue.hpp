#pragma once

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "messages/values.hpp"

namespace callboard::core {

/// Reminders by the time they fire. Each is in it once; another time moves it.
class due_queue {
public:
  void schedule(reminder_id id, timestamp at) {
    remove(id);
    by_time_.emplace(at, id);
    times_.emplace(id, at);
  }

  /// False if it was not in it.
  bool remove(reminder_id id) {
    auto i = times_.find(id);
    if (i == times_.end())
      return false;
    by_time_.erase({i->second, id});
    times_.erase(i);
    return true;
  }

  /// When the next one fires.
  std::optional<timestamp> next() const {
    if (by_time_.empty())
      return std::nullopt;
    return by_time_.begin()->first;
  }

  /// Takes out those due at `now`, by time, at most `limit`.
  std::vector<reminder_id> take_due(timestamp now, std::size_t limit) {
    std::vector<reminder_id> due;
    while (!by_time_.empty() && by_time_.begin()->first <= now && due.size() < limit) {
      due.push_back(by_time_.begin()->second);
      times_.erase(due.back());
      by_time_.erase(by_time_.begin());
    }
    return due;
  }

  std::size_t size() const { return times_.size(); }

private:
  std::set<std::pair<timestamp, reminder_id>> by_time_;
  std::unordered_map<reminder_id, timestamp> times_;
};

} // namespace callboard::core

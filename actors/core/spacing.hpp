#pragma once

#include <chrono>
#include <cstddef>
#include <unordered_map>

#include "messages/ids.hpp"

namespace callboard::core {

/// Lets one thing a user and interval pass. It knows a bounded number of users; when they are all recent, nothing more
/// passes: whoever comes as many at once is not told one by one.
class spacing {
public:
  spacing(std::chrono::milliseconds interval, std::size_t most) : interval_{interval}, most_{most} {}

  bool pass(user_id user, timestamp now) {
    auto known = last_.find(user);
    if (known != last_.end()) {
      if (now - known->second < interval_ && now >= known->second)
        return false;
      known->second = now;
      return true;
    }
    if (last_.size() >= most_)
      std::erase_if(last_, [&](const auto& each) { return now - each.second >= interval_ || now < each.second; });
    if (last_.size() >= most_)
      return false;
    last_.emplace(user, now);
    return true;
  }

private:
  std::chrono::milliseconds interval_;
  std::size_t most_;
  std::unordered_map<user_id, timestamp> last_;
};

} // namespace callboard::core

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace callboard::core {

/// A rate limit: `rate` tokens come back a second, at most `burst` are kept. A rate of 0 means no limit.
class token_bucket {
public:
  using clock_time = std::chrono::steady_clock::time_point;

  token_bucket(double rate, double burst, clock_time now) : rate_(rate), burst_(burst), tokens_(burst), last_(now) {}

  /// Takes one token; false if there is none.
  bool take(clock_time now) {
    if (rate_ <= 0)
      return true;
    if (now > last_) { // a clock that jumps back gives nothing and takes nothing
      tokens_ = std::min(burst_, tokens_ + rate_ * std::chrono::duration<double>(now - last_).count());
      last_ = now;
    }
    if (tokens_ < 1)
      return false;
    tokens_ -= 1;
    return true;
  }

  double tokens() const { return tokens_; }

private:
  double rate_, burst_, tokens_;
  clock_time last_;
};

} // namespace callboard::core

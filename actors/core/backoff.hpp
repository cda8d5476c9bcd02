#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace callboard::core {

/// Waiting times between tries: doubling from `first` up to `most`, each reduced by up to a half at random
/// ("equal jitter"), so that many who failed together do not come back together.
class backoff {
public:
  using duration = std::chrono::milliseconds;

  backoff(duration first, duration most) : first_(first), most_(most) {}

  /// The next wait. `random` is any number; its low bits choose the jitter.
  duration next(std::uint64_t random) {
    auto shift = std::min<unsigned>(tries_, 30);
    auto full = std::min<duration::rep>(most_.count(), first_.count() << shift);
    if (tries_ < 30)
      ++tries_;
    auto half = full / 2;
    return duration{full - half +
                    static_cast<duration::rep>(half > 0 ? random % static_cast<std::uint64_t>(half + 1) : 0)};
  }

  unsigned tries() const { return tries_; }
  void reset() { tries_ = 0; }

private:
  duration first_, most_;
  unsigned tries_ = 0;
};

} // namespace callboard::core

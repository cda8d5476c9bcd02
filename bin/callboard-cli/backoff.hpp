#pragma once

#include <algorithm>
#include <chrono>

namespace callboard::cli {

/// Waiting times between attempts to reconnect: they double from 0.5 s to at most 20 s, each shortened by a random
/// part of up to one half, so that clients that lost the same server do not return all at once.
class backoff {
public:
  /// The next waiting time; `unit` is random in [0, 1).
  std::chrono::milliseconds next(double unit) {
    const auto whole = ceiling_;
    ceiling_ = std::min(ceiling_ * 2, longest);
    return std::chrono::milliseconds(static_cast<long>(static_cast<double>(whole.count()) * (1.0 - unit / 2)));
  }

  /// To be called when an attempt succeeded.
  void reset() { ceiling_ = shortest; }

  static constexpr std::chrono::milliseconds shortest{500};
  static constexpr std::chrono::milliseconds longest{20'000};

private:
  std::chrono::milliseconds ceiling_ = shortest;
};

} // namespace callboard::cli

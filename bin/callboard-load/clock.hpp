#pragma once

#include <chrono>
#include <cstdint>

namespace callboard::load {

/// Nanoseconds of the monotonic clock. All times of the load client are of this clock.
using nanoseconds = std::int64_t;

inline constexpr nanoseconds second = 1'000'000'000;
inline constexpr nanoseconds millisecond = 1'000'000;

/// The monotonic clock now.
inline nanoseconds now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Seconds of an option as nanoseconds.
inline nanoseconds from_seconds(double seconds) {
  return static_cast<nanoseconds>(seconds * 1e9);
}

/// Nanoseconds as seconds, for figures.
inline double to_seconds(nanoseconds span) {
  return static_cast<double>(span) / 1e9;
}

/// Nanoseconds as milliseconds, for figures.
inline double to_milliseconds(nanoseconds span) {
  return static_cast<double>(span) / 1e6;
}

} // namespace callboard::load

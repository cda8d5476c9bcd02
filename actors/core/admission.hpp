#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace callboard::core {

struct admission_config {
  std::chrono::milliseconds wait{500}; // how long what is let in may take
  std::size_t first = 4'096;           // under way at a time, until the first backlog has told more
  std::size_t least = 1'024;           // never fewer: what is committed together costs little more than one alone
  std::size_t most = 65'536;
};

/// How many may be under way at a time so that none takes longer than `wait`. By Little's law (J. D. C. Little, A Proof
/// for the Queuing Formula L = λW, 1961) that is the rate at which they leave, times `wait`; the rate is seen in
/// windows of time, and only in those with a backlog, since others show what came and not what could have left.
/// Refusing by number, at the door, keeps the queue from growing with what is offered: whoever is let in waits for
/// those that are under way, and for nobody else.
class admission_limit {
public:
  using clock_time = std::chrono::steady_clock::time_point;

  admission_limit(const admission_config& config, clock_time now)
      : config_{config}, limit_{config.first}, window_began_{now} {}

  /// Lets one in; false if there are enough.
  bool enter(clock_time now) {
    look(now);
    if (under_way_ >= limit_) {
      ++refused_;
      return false;
    }
    ++under_way_;
    return true;
  }

  /// One that was let in is done.
  void leave(clock_time now) {
    --under_way_;
    ++left_;
    look(now);
  }

  std::size_t under_way() const { return under_way_; }
  std::size_t limit() const { return limit_; }

private:
  using seconds = std::chrono::duration<double>;
  static constexpr std::chrono::milliseconds window{200};
  static constexpr std::chrono::seconds longest_window{2}; // after a longer one nobody was there
  static constexpr double weight = 0.4;                    // of the latest window; the rest is what was known

  void look(clock_time now) {
    auto elapsed = now - window_began_;
    if (elapsed < window)
      return;
    if (elapsed < longest_window)
      learn(seconds{elapsed}.count());
    window_began_ = now;
    under_way_at_begin_ = under_way_;
    left_ = refused_ = 0;
  }

  void learn(double elapsed) {
    auto wait = seconds{config_.wait}.count(), left = static_cast<double>(left_);
    auto is_late = under_way_at_begin_ > config_.least && // so many may always be
                   static_cast<double>(under_way_at_begin_) * elapsed > wait * left;
    if (refused_ == 0 && !is_late)
      return;
    auto known = static_cast<double>(limit_);
    auto better = known + weight * (left / elapsed * wait - known);
    limit_ = std::clamp(static_cast<std::size_t>(std::max(better, 0.0)), config_.least, config_.most);
  }

  admission_config config_;
  std::size_t limit_;
  std::size_t under_way_ = 0;
  clock_time window_began_;
  std::size_t under_way_at_begin_ = 0;   // of the window
  std::uint64_t left_ = 0, refused_ = 0; // in it
};

} // namespace callboard::core

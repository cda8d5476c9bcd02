#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <random>
#include <string>

namespace callboard::sql {

/// Keeps the connections of a store from storming a server that is down. After a failed attempt the next one has to
/// wait, longer each time up to a bound and with jitter; who asks meanwhile is told at once that the server is down.
/// While it is down only one connection tries at a time.
class reconnecting {
public:
  using clock = std::chrono::steady_clock;

  reconnecting(std::chrono::milliseconds first, std::chrono::milliseconds most);

  /// Nothing: an attempt may be made now, and `succeeded` or `failed` must follow. Otherwise why the last one failed.
  std::optional<std::string> begin_attempt(clock::time_point now);
  void succeeded();
  void failed(clock::time_point now, std::string reason);

  /// Whether the last attempt succeeded; safe from any thread, as all of this is.
  bool is_up() const { return !down_; }

private:
  std::chrono::milliseconds next_wait();

  std::mutex mutex_;
  std::chrono::milliseconds first_, most_;
  unsigned failures_ = 0;
  clock::time_point not_before_{};
  bool is_trying_ = false;
  std::string reason_ = "it is being connected to";
  std::minstd_rand random_{std::random_device{}()};
  std::atomic<bool> down_{false};
};

} // namespace callboard::sql

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace callboard::sql {

/// Ends the waits of a library that blocks: at a deadline it shuts the socket down, whose reader then sees the end of
/// the stream. One thread for all sockets.
class watchdog {
public:
  using clock = std::chrono::steady_clock;

  watchdog();
  ~watchdog();
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

  /// A socket that is being watched. It must stay open until the watch ends.
  class watch {
  public:
    watch(watchdog& owner, int socket, clock::time_point deadline);
    ~watch();
    watch(const watch&) = delete;
    watch& operator=(const watch&) = delete;
    /// Whether the deadline passed and the socket was shut down.
    bool has_bitten() const;

  private:
    watchdog& owner_;
    std::pair<clock::time_point, std::uint64_t> key_;
  };

private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<clock::time_point, std::uint64_t>, int> sockets_; // by deadline; -1 once it was shut down
  std::uint64_t last_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace callboard::sql

#pragma once

#include <atomic>
#include <cstdint>

namespace callboard::http {

/// A figure written by one thread and read by any.
class counter {
public:
  void add(std::uint64_t amount) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  void subtract(std::uint64_t amount) { add(0 - amount); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// Figures of one I/O thread, on a cache line of their own.
struct alignas(64) edge_counters {
  counter http_connections;
  counter websocket_connections;
  counter outgoing_bytes;
  counter slow_closed;
  counter frames_in;
  counter frames_out;
  counter writes;
};

} // namespace callboard::http

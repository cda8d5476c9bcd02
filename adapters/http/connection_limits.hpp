#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace callboard::http {

class connection_limits;

/// A place among the connections; given back on destruction.
class connection_ticket {
public:
  connection_ticket() = default;
  connection_ticket(connection_ticket&& other) noexcept;
  connection_ticket& operator=(connection_ticket&& other) noexcept;
  ~connection_ticket() { release(); }

  explicit operator bool() const { return limits_ != nullptr; }
  void release();

private:
  friend class connection_limits;
  connection_limits* limits_ = nullptr;
  std::pair<const std::string, std::size_t>* address_ = nullptr; // null: not counted by address
  bool late_ = false;
};

/// Counts connections in all and per address. Thread-safe; outlives its tickets.
class connection_limits {
public:
  /// `per_address` 0: not counted by address.
  connection_limits(std::size_t total, std::size_t per_address) : total_{total}, per_address_{per_address} {}

  /// An empty ticket if a limit is reached. An empty address counts in all alone.
  connection_ticket admit(const std::string& address);

  std::size_t count() const { return count_.load(std::memory_order_relaxed); }

  /// Who is admitted from now on is late.
  void begin_late() { is_late_ = true; }
  /// Who was admitted before `begin_late` and is still there; for a moment perhaps more, never fewer.
  std::size_t count_early() const {
    auto late = late_.load();
    auto all = count_.load();
    return all > late ? all - late : 0;
  }

private:
  friend class connection_ticket;
  void leave(std::pair<const std::string, std::size_t>* address, bool late);

  const std::size_t total_;
  const std::size_t per_address_;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::size_t> late_{0}; // of them
  std::atomic<bool> is_late_{false};
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> by_address_;
};

} // namespace callboard::http

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "adapters/memory/recent_map.hpp"
#include "messages/accounts.hpp"

namespace callboard::memory {

/// Copies of what the store says, each for a time. A copy is kept only under a lease given after the latest drop of
/// its key, so that what was read before a change is never kept after it. Not thread-safe; the time is passed in.
class copy_book {
public:
  copy_book(std::size_t max_keys, std::chrono::milliseconds life) : life_(life), copies_(max_keys) {}

  cached_value find(const std::string& key, timestamp now);
  void keep(const keep_cached& offered, timestamp now);
  void drop(const std::string& key) { copies_.erase(key); }

private:
  struct entry {
    std::uint64_t lease = 0; // 0: it holds bytes
    std::string bytes;
    timestamp until;
  };
  std::chrono::milliseconds life_;
  recent_map<entry> copies_;
  std::uint64_t leases_ = 0;
};

} // namespace callboard::memory

#pragma once

#include <cstdint>
#include <string>

#include "adapters/memory/recent_map.hpp"
#include "messages/ids.hpp"

namespace callboard::memory {

/// Rate limits by key: a bucket holds a minute's worth and is filled evenly. Not thread-safe; the time is passed in.
class rate_book {
public:
  explicit rate_book(std::size_t max_keys = 1) : rates_(max_keys) {}

  /// Takes one; false if none is left.
  bool take(const std::string& key, std::uint32_t per_minute, timestamp now);

private:
  struct rate {
    double tokens = 0;
    timestamp last; // epoch: never taken from
  };
  recent_map<rate> rates_;
};

} // namespace callboard::memory

#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "adapters/memory/recent_map.hpp"
#include "messages/ids.hpp"

namespace callboard::memory {

struct attempt_rules {
  unsigned max_attempts = 15;     // failed ones of an account until it is locked; 0: never
  std::chrono::seconds lock{300}; // for how long, and how long a failure counts
  std::size_t max_keys = 100'000; // remembered; past it the longest untouched one is forgotten
};

enum class reservation : std::uint8_t {
  taken,
  locked,  // until `locked_until`
  all_out, // as many as may fail are under verification
};

/// Failed attempts by account (security.md 5, 6). Not thread-safe; the time is passed in.
class attempt_book {
public:
  explicit attempt_book(attempt_rules rules = {}) : rules_(rules), accounts_(rules.max_keys) {}

  reservation reserve(const std::string& key, timestamp now);
  /// Takes a reservation back (`success`), or turns it into a failure.
  void settle(const std::string& key, bool success, timestamp now);
  /// A lock that was learnt from elsewhere; never shortened.
  void lock(const std::string& key, timestamp until);
  /// The end of the lock, as far as it was said; the epoch if there was none.
  timestamp locked_until(const std::string& key);

private:
  struct account {
    unsigned reserved = 0; // under verification now
    unsigned failed = 0;
    timestamp first_failure;
    timestamp locked_until;
  };

  attempt_rules rules_;
  recent_map<account> accounts_;
};

} // namespace callboard::memory

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "adapters/memory/recent_map.hpp"
#include "messages/accounts.hpp"

namespace callboard::memory {

struct attempt_rules {
  std::chrono::seconds lock{300}; // for how long, and how long a failure counts
  std::size_t max_keys = 100'000; // remembered; past it the longest untouched one is forgotten
};

/// Failed attempts by what they are counted under: an account, a source, a device (security.md 5, 6). An attempt is
/// taken of all its keys or of none. Not thread-safe; the time is passed in.
class attempt_book {
public:
  explicit attempt_book(attempt_rules rules = {}) : rules_(rules), accounts_(rules.max_keys) {}

  attempt_outcome reserve(const std::vector<attempt_key>& keys, timestamp now);
  /// Takes a reservation back (`success`), or turns it into a failure.
  void settle(const std::vector<attempt_key>& keys, bool success, timestamp now);
  /// A lock that was learnt from elsewhere; never shortened.
  void lock(const std::string& key, timestamp until);
  /// The end of the lock, as far as it was said; the epoch if there was none.
  timestamp locked_until(const std::string& key);
  /// `locked`, by the key that is locked longest.
  attempt_verdict lock_of(const std::vector<attempt_key>& keys);

private:
  struct account {
    unsigned reserved = 0; // under verification now
    unsigned failed = 0;
    timestamp first_failure;
    timestamp locked_until;
  };

  /// Whether it may be taken of this one.
  attempt_outcome look_at(const attempt_key& key, timestamp now);

  attempt_rules rules_;
  recent_map<account> accounts_;
};

} // namespace callboard::memory

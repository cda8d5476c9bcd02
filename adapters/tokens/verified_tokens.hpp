#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "messages/accounts.hpp"

namespace callboard::tokens {

/// What tokens said when their signatures were checked, so that the same bytes need not be checked again: a check costs
/// 70 us, finding it here 1. Bounded, the oldest entry goes first; it holds digests, no token. An entry ends with its
/// token. Whether the session still lives is not known here: callers ask the revocation list, as after a check.
/// Thread-safe. Good for one set of keys: whoever changes the keys begins with an empty one.
class verified_tokens {
public:
  explicit verified_tokens(std::size_t capacity);

  std::optional<token_claims> find(std::string_view token, timestamp now) const;
  void keep(std::string_view token, const token_claims& claims);

private:
  // The lock is divided, since every thread that serves requests comes by.
  static constexpr std::size_t parts = 16;
  struct part {
    mutable std::mutex mutex;
    std::unordered_map<std::string, token_claims> claims; // by the token's SHA-256
    std::deque<std::string> ages;                         // digests, the oldest first
  };

  std::size_t capacity_of_part_;
  std::array<part, parts> parts_;
};

} // namespace callboard::tokens

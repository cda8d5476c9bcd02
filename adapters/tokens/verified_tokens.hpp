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
/// Thread-safe. What it knows is good for one set of keys: `forget` when they change.
class verified_tokens {
public:
  explicit verified_tokens(std::size_t capacity);

  std::optional<token_claims> find(std::string_view token, timestamp now) const;
  /// `generation` is that of the keys with which the token was checked: if others took their place meanwhile, nothing
  /// is kept.
  void keep(std::string_view token, const token_claims& claims, std::uint64_t generation = 0);
  /// Forgets everything. From now on only what was checked with the keys of this generation is kept; the first is 0.
  void forget(std::uint64_t generation);

private:
  // The lock is divided, since every thread that serves requests comes by.
  static constexpr std::size_t parts = 16;
  struct part {
    mutable std::mutex mutex;
    std::unordered_map<std::string, token_claims> claims; // by the token's SHA-256
    std::deque<std::string> ages;                         // digests, the oldest first
    std::uint64_t generation = 0;
  };

  std::size_t capacity_of_part_;
  std::array<part, parts> parts_;
};

} // namespace callboard::tokens

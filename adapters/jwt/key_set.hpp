#pragma once

#include "adapters/jwt/key.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::jwt {

using key_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// What a key does at which time.
struct key_times {
  key_time signs_from = key_time::min();     ///< until a later one signs; it verifies before already
  key_time verifies_until = key_time::max(); ///< its tokens are refused from then on
};

/// The keys whose tokens are accepted. During a rotation old and new keys stand side by side, and the time says which
/// of them signs. Reading is safe from many threads as long as none changes the set: replace the whole set to rotate.
class key_set {
public:
  /// The most keys a set holds.
  static constexpr std::size_t maximum_keys = 16;

  /// Adds a key. False if its id is taken or the set is full.
  bool add(key added, key_times times = {});

  /// The key that signs at `now`: of those that can and that began, the one that began last; of several, the one that
  /// was added last. Null if there is none.
  const key* signer(key_time now) const;

  /// The key of that id whose tokens are accepted at `now`, or null.
  const key* find(std::string_view id, key_time now) const;

  /// The public parts of all keys whose tokens are, or will be, accepted at `now` or later, as a JSON Web Key Set (RFC
  /// 7517 section 5). HS256 keys, being secret, are left out.
  std::string jwks(key_time now) const;

private:
  struct entry {
    key content;
    key_times times;
  };
  std::vector<entry> entries_;
};

} // namespace callboard::jwt

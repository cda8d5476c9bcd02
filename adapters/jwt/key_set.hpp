#pragma once

#include "adapters/jwt/key.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace callboard::jwt {

/// The keys whose tokens are accepted, one of which signs. During a rotation old and new keys stand side by side.
/// Reading is safe from many threads as long as none changes the set: replace the whole set to rotate.
class key_set {
public:
  /// The most keys a set holds.
  static constexpr std::size_t maximum_keys = 16;

  /// Adds a key; the first that can sign becomes the active one. False if its id is taken or the set is full.
  bool add(key added);

  /// Lets the key `id` sign from now on. False if there is none or it cannot sign.
  bool activate(std::string_view id);

  /// Removes the key `id`, whose tokens are refused from then on. False if there is none or it is the active one.
  bool remove(std::string_view id);

  /// The key that signs; null in a set without one.
  const key* active() const { return active_ < keys_.size() ? &keys_[active_] : nullptr; }

  /// The key of that id, or null.
  const key* find(std::string_view id) const;

  const std::vector<key>& keys() const { return keys_; }

  /// The public parts as a JSON Web Key Set (RFC 7517 section 5); HS256 keys, being secret, are left out.
  std::string jwks() const;

private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::vector<key> keys_;
  std::size_t active_ = none;
};

} // namespace callboard::jwt

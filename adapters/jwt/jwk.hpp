#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/jwt/key.hpp"

namespace callboard::jwt {

/// The longest JWK that is looked at, in bytes.
inline constexpr std::size_t maximum_jwk_size = 16'384;

/// A key from its JWK (RFC 7517), under the id `id` whatever its `kid` says. Of a key pair only the public part is
/// taken, so the key verifies; `oct` gives an HS256 key. Nothing if the text is no JSON object of strings and lists of
/// strings, has a name twice, has no `alg` of ours that fits `kty` and `crv`, a `use` other than `sig`, `key_ops`
/// without `verify` or with one twice, or parts that are no canonical base64url of a good key of that algorithm.
std::optional<key> key_from_jwk(std::string_view text, std::string id);

/// The same under its own `kid`; nothing if there is none or it is no valid id.
std::optional<key> key_from_jwk(std::string_view text);

} // namespace callboard::jwt

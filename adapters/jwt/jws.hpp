#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "adapters/jwt/key_set.hpp"
#include "adapters/jwt/verify_error.hpp"

namespace callboard::jwt {

/// The longest token that is looked at, in bytes.
inline constexpr std::size_t maximum_token_size = 8192;

/// What a compact JWS (RFC 7515 section 7.1) says whose signature holds.
struct compact_jws {
  std::string type;    ///< `typ`; empty if the header has none
  std::string payload; ///< any bytes
};

using jws_result = std::variant<compact_jws, verify_error>;

/// Checks form, header and signature, in that order; the payload is not even decoded before the signature holds. The
/// key and its algorithm are given: what the header says of them can only be refused.
jws_result verify_compact(const key& with, std::string_view token);

/// The same with the key of the set that the header's `kid` names and that is good at `now`.
jws_result verify_compact(const key_set& keys, std::string_view token, key_time now);

} // namespace callboard::jwt

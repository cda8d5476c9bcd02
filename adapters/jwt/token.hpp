#pragma once

#include "adapters/jwt/key_set.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace callboard::jwt {

/// The longest token that is looked at, in bytes.
inline constexpr std::size_t maximum_token_size = 8192;

/// What an access token says (RFC 7519, RFC 9068). Every field is required; times are seconds since 1970.
struct claims {
  std::string issuer;          ///< `iss`
  std::string audience;        ///< `aud`
  std::string subject;         ///< `sub`: the user's id as decimal text
  std::string session_id;      ///< `sid`
  std::string role;            ///< `role`
  std::string token_id;        ///< `jti`
  std::int64_t issued_at = 0;  ///< `iat`
  std::int64_t expires_at = 0; ///< `exp`, later than `iat`

  bool operator==(const claims&) const = default;
};

/// Why a token is refused.
enum class verify_error {
  too_large,          ///< longer than 8 KiB
  malformed,          ///< not three parts of canonical base64url
  bad_header,         ///< the header is no flat JSON object of strings, or has a name twice
  unsupported_header, ///< a field other than `alg`, `kid`, `typ` and `cty`; so `crit`, `jku`, `jwk`, `x5c`, `b64`,
                      ///< `zip`
  unknown_key,        ///< no `kid`, one that is not valid, or one that is not in the key set
  algorithm_mismatch, ///< `alg` is not the one algorithm of that key
  bad_signature,      ///< of the wrong length, or it does not hold
  wrong_type,         ///< `typ` is not the expected kind of token
  bad_claims,         ///< the payload is no flat JSON object, or a claim is missing or of the wrong type
  wrong_issuer,       ///< `iss` is another one
  wrong_audience,     ///< `aud` is another one
  not_yet_valid,      ///< `nbf` or `iat` lies in the future
  expired,            ///< `exp` has passed
};

/// A short name for logs and metrics, such as `bad_signature`.
std::string_view to_string(verify_error error);

/// What a token must say to be accepted.
struct expectations {
  std::string issuer;
  std::string audience;
  /// `typ` of the header. Every kind of token has its own, so that none passes for another (RFC 8725 section 3.11).
  std::string type = "at+jwt";
  /// How far clocks may differ.
  std::chrono::seconds leeway{5};
};

/// The claims of an accepted token, or why it was refused.
using verify_result = std::variant<claims, verify_error>;

/// A compact JWS (RFC 7515 section 7.1) of `content`, signed by the set's active key; empty if the set has none.
std::string sign(const key_set& keys, const claims& content, std::string_view type = "at+jwt");

/// Checks form, header, signature and claims, in that order; the payload is not even decoded before the signature
/// holds. Safe to call from many threads on one key set.
verify_result verify(const key_set& keys, std::string_view token, const expectations& expected,
                     std::chrono::sys_seconds now);

} // namespace callboard::jwt

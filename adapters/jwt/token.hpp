#pragma once

#include "adapters/jwt/jws.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace callboard::jwt {

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

/// A compact JWS (RFC 7515 section 7.1) of `content`, by the key that signs when it is issued; empty if there is none.
std::string sign(const key_set& keys, const claims& content, std::string_view type = "at+jwt");

/// The same, by this key; empty if it cannot sign.
std::string sign_by(const key& signer, const claims& content, std::string_view type = "at+jwt");

/// Checks form, header, signature and claims, in that order; the payload is not even decoded before the signature
/// holds. Safe to call from many threads on one key set.
verify_result verify(const key_set& keys, std::string_view token, const expectations& expected,
                     std::chrono::sys_seconds now);

} // namespace callboard::jwt

#pragma once

#include "adapters/crypto/base64.hpp"
#include "adapters/jwt/token.hpp"

#include <string>
#include <string_view>

namespace callboard::test {

inline constexpr std::chrono::sys_seconds token_time{std::chrono::seconds(1'800'000'000)};

inline jwt::expectations expected_claims() {
  return {.issuer = "https://chat.example", .audience = "callboard"};
}

inline jwt::claims example_claims() {
  return {.issuer = "https://chat.example",
          .audience = "callboard",
          .subject = "42",
          .session_id = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
          .role = "user",
          .token_id = "017f22e2-79b0-7cc3-98c4-dc0c0c073990",
          .issued_at = token_time.time_since_epoch().count(),
          .expires_at = token_time.time_since_epoch().count() + 900};
}

inline std::string example_payload() {
  return R"({"iss":"https://chat.example","aud":"callboard","sub":"42","sid":"s","role":"user","jti":"j",)"
         R"("iat":1800000000,"exp":1800000900})";
}

/// A token of any header and payload text with a true signature of `signer`, as an attacker without the key could not
/// make it: what it is refused for is its content alone.
inline std::string sign_raw(const jwt::key& signer, std::string_view header, std::string_view payload) {
  const auto input = crypto::base64url_encode(header) + '.' + crypto::base64url_encode(payload);
  return input + '.' + crypto::base64url_encode(signer.sign(input));
}

/// The name of the refusal, or "accepted".
inline std::string outcome(const jwt::verify_result& result) {
  const auto* error = std::get_if<jwt::verify_error>(&result);
  return error != nullptr ? std::string(jwt::to_string(*error)) : "accepted";
}

inline std::string verify_outcome(const jwt::key_set& keys, std::string_view token) {
  return outcome(jwt::verify(keys, token, expected_claims(), token_time));
}

} // namespace callboard::test

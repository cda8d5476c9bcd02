#pragma once

#include <string_view>

namespace callboard::jwt {

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

} // namespace callboard::jwt

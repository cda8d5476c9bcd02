#pragma once

#include <string>
#include <string_view>

namespace callboard::jwt {

/// A P-256 signature from OpenSSL's DER form into the 64 bytes `r || s` of RFC 7518 section 3.4; empty on bad input.
std::string ecdsa_der_to_jose(std::string_view der);

/// Inverse; empty if `signature` is not 64 bytes or `r` or `s` is zero.
std::string ecdsa_jose_to_der(std::string_view signature);

} // namespace callboard::jwt

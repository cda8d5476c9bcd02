#pragma once

#include <string>
#include <string_view>

namespace callboard::crypto {

/// SHA-256 of `bytes`: 32 raw bytes (FIPS 180-4).
std::string sha256(std::string_view bytes);

/// SHA-1 of `bytes`: 20 raw bytes. Only for protocols that prescribe it (RFC 6455's handshake), never for security.
std::string sha1(std::string_view bytes);

/// HMAC-SHA256: 32 raw bytes (RFC 2104).
std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// HMAC-SHA384: 48 raw bytes (RFC 2104).
std::string hmac_sha384(std::string_view key, std::string_view bytes);

/// Whether both are equal, in a time that depends on their lengths only.
bool equal_in_constant_time(std::string_view left, std::string_view right);

} // namespace callboard::crypto

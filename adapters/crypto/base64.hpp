#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace callboard::crypto {

/// Base64url without padding (RFC 4648 section 5, the form JWS uses).
std::string base64url_encode(std::string_view bytes);

/// Decodes base64url and accepts only what `base64url_encode` would have written: no padding, no white space, no
/// character of another alphabet, no unused bits set. Nothing otherwise.
std::optional<std::string> base64url_decode(std::string_view text);

/// Base64 with padding (RFC 4648 section 4).
std::string base64_encode(std::string_view bytes);

/// Strict inverse of `base64_encode`: padding required, unused bits zero. Nothing otherwise.
std::optional<std::string> base64_decode(std::string_view text);

} // namespace callboard::crypto

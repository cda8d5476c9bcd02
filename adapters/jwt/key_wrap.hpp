#pragma once

#include "adapters/jwt/key.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace callboard::jwt {

/// The size of the secret that wraps keys, in bytes.
inline constexpr std::size_t wrapping_secret_size = 32;

/// `wrapped` as text for the store: AES-256-GCM under a key derived from `secret`, with the key's id and algorithm as
/// additional data, so that it opens under no other name. Nothing if the secret is not 32 bytes long or the key has no
/// private part.
std::optional<std::string> wrap_key(const key& wrapped, std::string_view secret);

/// Inverse. Nothing if the secret, the id or the algorithm is another one, or a bit of the text was changed.
std::optional<key> unwrap_key(algorithm value, std::string id, std::string_view text, std::string_view secret);

} // namespace callboard::jwt

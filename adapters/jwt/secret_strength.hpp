#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace callboard::jwt {

/// Why a secret that an operator chose is not good enough for HMAC-SHA256, as the end of a sentence; nothing if no
/// reason is seen. It is too short (RFC 7518 section 3.2: 32 bytes), stands in a manual or a specification, is a
/// placeholder, or takes so few different bytes, or repeats so short a text, that it can be guessed. It cannot tell
/// that a secret is random.
std::optional<std::string> weakness_of_secret(std::string_view secret);

} // namespace callboard::jwt

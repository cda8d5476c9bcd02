#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace callboard::crypto {

/// Fills `bytes` from the cryptographic generator. Ends the process when the generator fails: a secret made of
/// anything else would be worse.
void fill_random(std::span<std::byte> bytes);

/// `size` random bytes.
std::string random_bytes(std::size_t size);

/// A secret of `size` random bytes as base64url text, for refresh and reset tokens.
std::string random_token(std::size_t size = 32);

} // namespace callboard::crypto

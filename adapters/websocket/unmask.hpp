#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace callboard::websocket {

/// The four bytes of a frame's mask, in the order of the wire.
using mask_key = std::array<char, 4>;

/// Applies or removes a mask in place (RFC 6455 section 5.3), eight bytes at a time.
inline void unmask(std::span<char> bytes, mask_key key) {
  std::array<char, 8> doubled;
  std::memcpy(doubled.data(), key.data(), 4);
  std::memcpy(doubled.data() + 4, key.data(), 4);
  std::uint64_t mask = 0;
  std::memcpy(&mask, doubled.data(), 8);
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    word ^= mask;
    std::memcpy(bytes.data() + i, &word, 8);
  }
  for (; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(bytes[i] ^ key[i % 4]);
}

} // namespace callboard::websocket

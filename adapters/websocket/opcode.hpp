#pragma once

#include <cstddef>
#include <cstdint>

namespace callboard::websocket {

/// Frame types (RFC 6455 section 11.8).
enum class opcode : std::uint8_t { continuation = 0x0, text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xa };

/// The most payload a control frame may carry, in bytes (RFC 6455 section 5.5).
inline constexpr std::size_t maximum_control_payload = 125;

/// The length fields that announce 2 or 8 bytes of extended length (RFC 6455 section 5.2).
inline constexpr std::uint8_t two_byte_length = 126;
inline constexpr std::uint8_t eight_byte_length = 127;

} // namespace callboard::websocket

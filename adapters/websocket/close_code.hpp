#pragma once

#include <cstdint>

namespace callboard::websocket {

/// Status codes of close frames (RFC 6455 section 7.4). Codes from 3000 are the application's: cast them.
enum class close_code : std::uint16_t {
  normal = 1000,
  going_away = 1001,
  protocol_error = 1002,
  unsupported_data = 1003,
  no_status = 1005, ///< stands for a close frame without a code, is never sent
  invalid_payload = 1007,
  policy_violation = 1008,
  message_too_big = 1009,
  internal_error = 1011,
};

/// Whether a peer may send `code`: those registered for use in frames (1000-1003, 1007-1014) and 3000-4999.
constexpr bool is_sendable(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

} // namespace callboard::websocket

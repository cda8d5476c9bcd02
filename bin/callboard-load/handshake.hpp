#pragma once

#include <string>
#include <string_view>

namespace callboard::load {

/// The opening request of RFC 6455, 4.1. key: 16 bytes in base64.
std::string upgrade_request(std::string_view host, std::string_view target, std::string_view key);

/// The Sec-WebSocket-Accept a server must answer to `key`.
std::string accept_value(std::string_view key);

/// What the bytes a server answered with so far are.
struct upgrade_answer {
  enum class state { incomplete, accepted, refused } status = state::incomplete;
  std::size_t size = 0; ///< accepted: bytes of the answer; frames follow
  std::string why;      ///< refused: the status line, or what is wrong with it
};

/// Reads the answer to the opening request: status 101 with the right accept value.
upgrade_answer read_upgrade_answer(std::string_view bytes, std::string_view expected_accept);

} // namespace callboard::load

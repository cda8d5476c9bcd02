#pragma once

#include "adapters/websocket/close_code.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace callboard::websocket {

/// The header of one unfragmented, unmasked frame, as a server sends it: 2, 4 or 10 bytes.
class frame_header {
public:
  /// For a text message of `length` bytes.
  static frame_header text(std::size_t length);

  std::string_view view() const { return {bytes_.data(), size_}; }
  std::size_t size() const { return size_; }

private:
  std::array<char, 10> bytes_{};
  std::size_t size_ = 0;
};

/// Appends a whole text frame. `payload` must be UTF-8. A payload for many connections is framed once and shared.
void append_text_frame(std::string& out, std::string_view payload);

/// Appends a ping. Of `payload`, at most 125 bytes are sent.
void append_ping_frame(std::string& out, std::string_view payload = {});

/// Appends the pong for a ping with `payload`. At most 125 bytes are sent.
void append_pong_frame(std::string& out, std::string_view payload);

/// Appends a close frame. `reason`, UTF-8, is cut at a code point to the 123 bytes there is room for; with `no_status`
/// the frame is empty.
void append_close_frame(std::string& out, close_code code, std::string_view reason = {});

} // namespace callboard::websocket

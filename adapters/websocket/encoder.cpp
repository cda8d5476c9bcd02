#include "adapters/websocket/encoder.hpp"

#include "adapters/websocket/opcode.hpp"

namespace callboard::websocket {

namespace {

constexpr std::size_t maximum_reason = maximum_control_payload - 2;

char first_byte(opcode type) {
  return static_cast<char>(0x80 | static_cast<std::uint8_t>(type));
}

void append_control(std::string& out, opcode type, std::string_view payload) {
  payload = payload.substr(0, maximum_control_payload);
  out.push_back(first_byte(type));
  out.push_back(static_cast<char>(payload.size()));
  out.append(payload);
}

} // namespace

frame_header frame_header::text(std::size_t length) {
  frame_header result;
  auto& bytes = result.bytes_;
  bytes[0] = first_byte(opcode::text);
  std::size_t extended = 0;
  if (length < two_byte_length) {
    bytes[1] = static_cast<char>(length);
  } else {
    extended = length <= 0xffff ? 2 : 8;
    bytes[1] = static_cast<char>(extended == 2 ? two_byte_length : eight_byte_length);
  }
  for (std::size_t i = 0; i < extended; ++i)
    bytes[2 + i] = static_cast<char>(length >> (8 * (extended - 1 - i)));
  result.size_ = 2 + extended;
  return result;
}

void append_text_frame(std::string& out, std::string_view payload) {
  out.append(frame_header::text(payload.size()).view());
  out.append(payload);
}

void append_ping_frame(std::string& out, std::string_view payload) {
  append_control(out, opcode::ping, payload);
}

void append_pong_frame(std::string& out, std::string_view payload) {
  append_control(out, opcode::pong, payload);
}

void append_close_frame(std::string& out, close_code code, std::string_view reason) {
  if (code == close_code::no_status)
    return append_control(out, opcode::close, {});
  if (reason.size() > maximum_reason) {
    auto end = maximum_reason;
    while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xc0) == 0x80)
      --end;
    reason = reason.substr(0, end);
  }
  const auto number = static_cast<std::uint16_t>(code);
  std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
  append_control(out, opcode::close, payload.append(reason));
}

} // namespace callboard::websocket

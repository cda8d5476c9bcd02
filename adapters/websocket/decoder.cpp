#include "adapters/websocket/decoder.hpp"

#include "adapters/websocket/opcode.hpp"
#include "adapters/websocket/unmask.hpp"

#include <algorithm>
#include <limits>
#include <simdjson.h>
#include <string>
#include <utility>

namespace callboard::websocket {

namespace {

constexpr std::size_t mask_size = 4;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes)
    value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

bool is_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

bool is_control(opcode type) {
  return (static_cast<std::uint8_t>(type) & 0x8) != 0;
}

} // namespace

/// What is known of a frame from its first bytes.
struct decoder::frame {
  bool failed = false;
  close_code code = close_code::protocol_error;
  bool final = false;
  opcode type = opcode::continuation;
  mask_key mask = {};
  std::size_t header_size = 0;
  /// Bytes needed before more can be said; the whole frame once the header is complete.
  std::size_t needed = 2;
};

/// What the input so far did not finish.
struct decoder::unfinished {
  std::string frame_bytes;
  std::string message;
  bool in_message = false;
  bool frame_delivered = false;
  bool message_delivered = false;
};

decoder::decoder(std::size_t maximum_message)
    : maximum_message_(static_cast<std::uint32_t>(
          std::min<std::size_t>(maximum_message, std::numeric_limits<std::uint32_t>::max() / 2))) {}
decoder::~decoder() = default;
decoder::decoder(decoder&&) noexcept = default;
decoder& decoder::operator=(decoder&&) noexcept = default;

event decoder::next(std::span<char>& input) {
  release_delivered();
  while (!finished_ && !input.empty()) {
    frame header;
    bool kept = false;
    const auto payload = complete_frame(header, input, kept);
    if (header.failed)
      return fail(header.code);
    if (header.header_size == 0)
      break;
    const auto found = accept(header, payload, kept);
    if (found.what != event::kind::need_more)
      return found;
    release_delivered();
  }
  input = {};
  return {};
}

event decoder::fail(close_code code) {
  finished_ = true;
  unfinished_.reset();
  return {event::kind::failure, {}, code};
}

void decoder::release_delivered() {
  if (!unfinished_)
    return;
  if (std::exchange(unfinished_->frame_delivered, false))
    unfinished_->frame_bytes = {};
  if (std::exchange(unfinished_->message_delivered, false))
    unfinished_->message = {};
  if (unfinished_->frame_bytes.empty() && !unfinished_->in_message)
    unfinished_.reset();
}

decoder::frame decoder::read_header(std::string_view bytes) const {
  frame result;
  const auto broken = [&result](close_code code = close_code::protocol_error) {
    result.failed = true;
    result.code = code;
    return result;
  };
  if (bytes.empty())
    return result;
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  const bool in_message = unfinished_ && unfinished_->in_message;
  result.final = (first & 0x80) != 0;
  result.type = static_cast<opcode>(first & 0x0f);
  if ((first & 0x70) != 0)
    return broken();
  switch (result.type) {
  case opcode::continuation:
    if (!in_message)
      return broken();
    break;
  case opcode::text:
  case opcode::binary:
    if (in_message)
      return broken();
    if (result.type == opcode::binary)
      return broken(close_code::unsupported_data);
    break;
  case opcode::close:
  case opcode::ping:
  case opcode::pong:
    if (!result.final)
      return broken();
    break;
  default:
    return broken();
  }
  if (bytes.size() < 2)
    return result;
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  if ((second & 0x80) == 0)
    return broken();
  std::uint64_t length = second & 0x7f;
  if (is_control(result.type) && length > maximum_control_payload)
    return broken();
  const std::size_t extended = length == two_byte_length ? 2 : length == eight_byte_length ? 8 : 0;
  const std::size_t header_size = 2 + extended + mask_size;
  result.needed = header_size;
  if (bytes.size() < 2 + extended)
    return result;
  if (extended != 0) {
    length = big_endian(bytes.substr(2, extended));
    if (length < (extended == 2 ? two_byte_length : 0x10000u) || (length >> 63) != 0)
      return broken();
  }
  const std::size_t before = in_message ? unfinished_->message.size() : 0;
  if (!is_control(result.type) && length > maximum_message_ - before)
    return broken(close_code::message_too_big);
  if (bytes.size() < header_size)
    return result;
  std::copy_n(bytes.data() + 2 + extended, mask_size, result.mask.data());
  result.header_size = header_size;
  result.needed = header_size + static_cast<std::size_t>(length);
  return result;
}

// The payload of the frame at the front, from the input alone or joined with what was kept; without a whole frame the
// header size stays 0 and all input has been kept.
std::span<char> decoder::complete_frame(frame& header, std::span<char>& input, bool& kept) {
  const bool resumed = unfinished_ && !unfinished_->frame_bytes.empty();
  if (!resumed) {
    header = read_header({input.data(), input.size()});
    if (header.failed)
      return {};
    if (header.header_size != 0 && input.size() >= header.needed) {
      const auto payload = input.subspan(header.header_size, header.needed - header.header_size);
      input = input.subspan(header.needed);
      return payload;
    }
    if (!unfinished_)
      unfinished_ = std::make_unique<unfinished>();
  }
  auto& bytes = unfinished_->frame_bytes;
  for (header = read_header(bytes); !header.failed && bytes.size() < header.needed && !input.empty();
       header = read_header(bytes)) {
    const auto taken = std::min(header.needed - bytes.size(), input.size());
    bytes.append(input.data(), taken);
    input = input.subspan(taken);
  }
  if (header.failed)
    return {};
  if (header.header_size == 0 || bytes.size() < header.needed) {
    header.header_size = 0;
    return {};
  }
  kept = true;
  return std::span(bytes).subspan(header.header_size);
}

event decoder::accept(const frame& header, std::span<char> payload, bool kept) {
  unmask(payload, header.mask);
  if (kept)
    unfinished_->frame_delivered = true;
  const std::string_view view(payload.data(), payload.size());
  switch (header.type) {
  case opcode::ping:
    return {event::kind::ping, view};
  case opcode::pong:
    return {event::kind::pong, view};
  case opcode::close:
    return accept_close(view);
  default:
    return accept_data(header, payload);
  }
}

event decoder::accept_data(const frame& header, std::span<char> payload) {
  std::string_view message(payload.data(), payload.size());
  if (!header.final || header.type == opcode::continuation) {
    if (!unfinished_)
      unfinished_ = std::make_unique<unfinished>();
    unfinished_->in_message = true;
    unfinished_->message.append(message);
    if (!header.final)
      return {};
    unfinished_->in_message = false;
    unfinished_->message_delivered = true;
    message = unfinished_->message;
  }
  if (!is_utf8(message))
    return fail(close_code::invalid_payload);
  return {event::kind::text, message};
}

event decoder::accept_close(std::string_view payload) {
  finished_ = true;
  if (payload.empty())
    return {event::kind::close, {}, close_code::no_status};
  if (payload.size() < 2)
    return fail(close_code::protocol_error);
  const auto code = static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
  if (!is_sendable(code))
    return fail(close_code::protocol_error);
  const auto reason = payload.substr(2);
  if (!is_utf8(reason))
    return fail(close_code::invalid_payload);
  return {event::kind::close, reason, static_cast<close_code>(code)};
}

} // namespace callboard::websocket

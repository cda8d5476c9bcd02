#include "bin/callboard-load/frame.hpp"

#include <cstring>

namespace callboard::load {

namespace {

constexpr std::size_t max_control_payload = 125;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes)
    value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

bool known(unsigned code) {
  return code <= 2 || (code >= 8 && code <= 10);
}

} // namespace

frame_status decode_frame(std::string_view bytes, std::size_t max_payload, frame& out) {
  if (bytes.size() < 2)
    return frame_status::incomplete;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  const bool final = (first & 0x80) != 0;
  const unsigned code = first & 0x0f;
  if ((first & 0x70) != 0 || (second & 0x80) != 0 || !known(code))
    return frame_status::invalid;
  std::uint64_t length = second;
  std::size_t header = 2;
  if (length >= 126) {
    const std::size_t extra = length == 126 ? 2 : 8;
    header += extra;
    if (bytes.size() < header)
      return frame_status::incomplete;
    length = big_endian(bytes.substr(2, extra));
    if (length < 126 || (extra == 8 && length <= 0xffff))
      return frame_status::invalid;
  }
  if (length > max_payload || (code >= 8 && (!final || length > max_control_payload)))
    return frame_status::invalid;
  if (bytes.size() - header < length)
    return frame_status::incomplete;
  out = {static_cast<opcode>(code), final, bytes.substr(header, length), header + length};
  return frame_status::complete;
}

void append_frame(std::string& out, opcode code, std::string_view payload, std::uint32_t mask) {
  out.push_back(static_cast<char>(0x80 | static_cast<unsigned>(code)));
  const std::uint64_t length = payload.size();
  const int extra = length < 126 ? 0 : length <= 0xffff ? 2 : 8;
  out.push_back(static_cast<char>(0x80 | (extra == 0 ? length : extra == 2 ? 126 : 127)));
  for (int i = extra - 1; i >= 0; --i)
    out.push_back(static_cast<char>(length >> (8 * i)));
  char key[4];
  std::memcpy(key, &mask, 4);
  out.append(key, 4);
  const std::size_t start = out.size();
  out.append(payload);
  char* text = out.data() + start;
  for (std::size_t i = 0; i < payload.size(); ++i)
    text[i] = static_cast<char>(text[i] ^ key[i % 4]);
}

bool message_reader::join(const frame& part) {
  const bool starts = part.code != opcode::continuation;
  if (starts == fragmented_ || fragments_.size() + part.payload.size() > max_message_)
    return false;
  if (starts)
    fragment_code_ = part.code;
  fragmented_ = !part.final;
  append(fragments_, part.payload);
  return true;
}

void message_reader::keep(std::string_view bytes) {
  if (!bytes.empty())
    append(rest_, bytes);
}

void message_reader::append(std::string& to, std::string_view bytes) {
  const std::size_t needed = to.size() + bytes.size() + padding;
  if (to.capacity() < needed)
    to.reserve(std::max(needed, 2 * to.capacity()));
  to.append(bytes);
}

void message_reader::release(std::string& text) {
  constexpr std::size_t worth_keeping = 4096;
  if (text.capacity() > worth_keeping)
    text = std::string{};
  else
    text.clear();
}

} // namespace callboard::load

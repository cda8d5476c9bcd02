#include "messages/ids.hpp"

namespace callboard {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr bool is_hyphen_position(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

} // namespace

std::string to_string(const uuid& id) {
  std::string text;
  text.reserve(36);
  for (auto byte : id.bytes) {
    if (is_hyphen_position(text.size()))
      text += '-';
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
  }
  return text;
}

std::optional<uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36)
    return std::nullopt;
  uuid id;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_hyphen_position(i)) {
      if (text[i] != '-')
        return std::nullopt;
      continue;
    }
    auto value = hex_value(text[i]);
    if (value < 0)
      return std::nullopt;
    auto& byte = id.bytes[digits / 2];
    byte = static_cast<std::uint8_t>((byte << 4) | value);
    ++digits;
  }
  return id;
}

} // namespace callboard

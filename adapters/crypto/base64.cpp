#include "adapters/crypto/base64.hpp"

#include <array>
#include <cstdint>

namespace callboard::crypto {

namespace {

constexpr std::string_view standard_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t not_in_alphabet = 0xff;

using reverse_table = std::array<std::uint8_t, 256>;

constexpr reverse_table reverse(std::string_view alphabet) {
  reverse_table table{};
  table.fill(not_in_alphabet);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}

constexpr reverse_table standard_values = reverse(standard_alphabet);
constexpr reverse_table url_values = reverse(url_alphabet);

std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int pending = 0;
  for (const char byte : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(byte);
    for (pending += 8; pending >= 6; pending -= 6)
      text.push_back(alphabet[(bits >> (pending - 6)) & 0x3f]);
  }
  if (pending > 0)
    text.push_back(alphabet[(bits << (6 - pending)) & 0x3f]);
  return text;
}

std::optional<std::string> decode(std::string_view text, const reverse_table& values) {
  if (text.size() % 4 == 1)
    return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  int pending = 0;
  for (const char character : text) {
    const auto value = values[static_cast<unsigned char>(character)];
    if (value == not_in_alphabet)
      return std::nullopt;
    bits = (bits << 6) | value;
    pending += 6;
    if (pending >= 8) {
      pending -= 8;
      bytes.push_back(static_cast<char>(bits >> pending));
    }
  }
  if ((bits & ((1u << pending) - 1)) != 0)
    return std::nullopt;
  return bytes;
}

} // namespace

std::string base64url_encode(std::string_view bytes) {
  return encode(bytes, url_alphabet);
}

std::optional<std::string> base64url_decode(std::string_view text) {
  return decode(text, url_values);
}

std::string base64_encode(std::string_view bytes) {
  auto text = encode(bytes, standard_alphabet);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0)
    return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i)
    text.remove_suffix(1);
  return decode(text, standard_values);
}

} // namespace callboard::crypto

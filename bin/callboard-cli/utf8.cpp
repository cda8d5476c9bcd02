#include "bin/callboard-cli/utf8.hpp"

namespace callboard::cli {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";   // U+FFFD
constexpr std::string_view return_symbol = "\xE2\x8F\x8E"; // U+23CE

bool is_line_break(char32_t point) {
  return point == U'\n' || point == U'\u0085' || point == U'\u2028' || point == U'\u2029';
}

bool is_unsafe(char32_t point) {
  const bool control = point < 0x20 || (point >= 0x7F && point <= 0x9F);
  const bool direction_mark = point == 0x061C || point == 0x200E || point == 0x200F;
  const bool direction_override = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
  return control || direction_mark || direction_override;
}

} // namespace

std::optional<char32_t> decode_utf8(std::string_view text, std::size_t& position) {
  const auto first = static_cast<unsigned char>(text[position]);
  const std::size_t start = position++;
  if (first < 0x80)
    return first;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() - start < length)
    return std::nullopt;
  char32_t point = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[start + i]);
    if ((next & 0xC0U) != 0x80U)
      return std::nullopt;
    point = (point << 6U) | (next & 0x3FU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (overlong || surrogate || point > 0x10FFFF)
    return std::nullopt;
  position = start + length;
  return point;
}

bool is_utf8(std::string_view text) {
  std::size_t position = 0;
  while (position < text.size())
    if (!decode_utf8(text, position))
      return false;
  return true;
}

std::string_view first_code_points(std::string_view text, std::size_t count) {
  std::size_t position = 0;
  while (position < text.size() && count-- > 0)
    decode_utf8(text, position);
  return text.substr(0, position);
}

std::string neutralise(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  std::size_t position = 0;
  while (position < text.size()) {
    const std::size_t start = position;
    const auto point = decode_utf8(text, position);
    if (point && is_line_break(*point))
      safe += return_symbol;
    else if (point == U'\t')
      safe += ' ';
    else if (!point || is_unsafe(*point))
      safe += replacement;
    else
      safe += text.substr(start, position - start);
  }
  return safe;
}

} // namespace callboard::cli

#include "adapters/http/text.hpp"

#include <limits>

namespace callboard::http {

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty() || text.size() > 19)
    return std::nullopt;
  std::uint64_t number = 0;
  for (auto c : text) {
    if (c < '0' || c > '9')
      return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return number;
}

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80)
      continue;
    std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || text.size() - i < more)
      return false;
    auto second = static_cast<unsigned char>(text[i]);
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
        (lead == 0xf4 && second > 0x8f))
      return false;
    for (; more > 0; --more)
      if ((static_cast<unsigned char>(text[i++]) & 0xc0) != 0x80)
        return false;
  }
  return true;
}

std::string neutralise(std::string_view text, std::size_t most) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string safe;
  for (auto c : text) {
    auto byte = static_cast<unsigned char>(c);
    auto plain = byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
    if (safe.size() + (plain ? 1 : 4) > most)
      break;
    if (plain) {
      safe += c;
    } else {
      safe += "\\x";
      safe += digits[byte >> 4];
      safe += digits[byte & 15];
    }
  }
  return safe;
}

} // namespace callboard::http

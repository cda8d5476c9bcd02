#include "adapters/http/text.hpp"

#include <algorithm>
#include <limits>

namespace callboard::http {
namespace {

/// How many bytes the well-formed sequence at the begin of a text has (RFC 3629, 4); 0: there is none.
std::size_t sequence_length(std::string_view text) {
  auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto lead = byte(0);
  if (lead < 0x80)
    return 1;
  std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length)
    return 0;
  auto second = byte(1);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
      (lead == 0xf4 && second > 0x8f))
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
  return length;
}

} // namespace

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
  while (!text.empty()) {
    auto length = sequence_length(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string as_utf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    auto length = sequence_length(text);
    valid += length > 0 ? text.substr(0, length) : std::string_view{"\xEF\xBF\xBD"};
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return valid;
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

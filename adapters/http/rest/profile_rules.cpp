#include "adapters/http/rest/profile_rules.hpp"

#include <algorithm>
#include <cstdint>

namespace callboard::http::rest {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_letter_or_digit(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

} // namespace

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<std::uint8_t>(c) & 0xC0) != 0x80; }));
}

bool is_language_tag(std::string_view text) {
  constexpr std::size_t longest = 35; // RFC 5646, section 4.4.1
  auto hyphen = text.find('-');
  auto language = text.substr(0, hyphen);
  if (text.size() > longest || language.size() < 2 || language.size() > 3 ||
      !std::all_of(language.begin(), language.end(), is_letter))
    return false;
  while (hyphen != std::string_view::npos) {
    text.remove_prefix(hyphen + 1);
    hyphen = text.find('-');
    auto part = text.substr(0, hyphen);
    if (part.size() < 2 || part.size() > 8 || !std::all_of(part.begin(), part.end(), is_letter_or_digit))
      return false;
  }
  return true;
}

} // namespace callboard::http::rest

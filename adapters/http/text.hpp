#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callboard::http {

/// Without spaces and tabs at either end.
inline std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// ASCII alone, independent of any locale.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string to_lower(std::string_view text) {
  std::string lower{text};
  for (auto& c : lower)
    c = to_lower(c);
  return lower;
}

inline bool equal_ignoring_case(std::string_view left, std::string_view right) {
  if (left.size() != right.size())
    return false;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (to_lower(left[i]) != to_lower(right[i]))
      return false;
  return true;
}

/// Calls `visit` with each item of a comma-separated list (RFC 9110, 5.6.1), trimmed; empty ones are left out.
template <class Visitor>
void for_each_item(std::string_view list, Visitor visit) {
  while (!list.empty()) {
    auto comma = list.find(',');
    auto item = trim(list.substr(0, comma));
    if (!item.empty())
      visit(item);
    if (comma == std::string_view::npos)
      return;
    list.remove_prefix(comma + 1);
  }
}

/// Plain decimal digits, at most 19 and within 63 bits; anything else is nothing.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

/// The text, with U+FFFD in place of each byte that belongs to no well-formed sequence.
std::string as_utf8(std::string_view text);

/// Text from outside, fit for one log line: control characters, quotes, backslashes and bytes beyond ASCII become
/// `\xNN`, and it is cut to `most` bytes.
std::string neutralise(std::string_view text, std::size_t most = 200);

} // namespace callboard::http

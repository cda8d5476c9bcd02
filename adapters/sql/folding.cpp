#include "adapters/sql/folding.hpp"

#include <cstdint>

namespace callboard::sql {
namespace {

char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// Code points below U+0800, which are those of two bytes.
std::uint32_t fold(std::uint32_t c) {
  auto is_within = [c](std::uint32_t first, std::uint32_t last) { return c >= first && c <= last; };
  if ((is_within(0xC0, 0xDE) && c != 0xD7) || (is_within(0x391, 0x3AB) && c != 0x3A2) || is_within(0x410, 0x42F))
    return c + 0x20;
  if (is_within(0x400, 0x40F))
    return c + 0x50;
  return c;
}

} // namespace

std::string to_lower_ascii(std::string_view text) {
  std::string result{text};
  for (auto& c : result)
    c = lower_ascii(c);
  return result;
}

std::string fold_case(std::string_view text) {
  std::string result{text};
  for (std::size_t i = 0; i < result.size(); ++i) {
    auto lead = static_cast<unsigned char>(result[i]);
    if (lead < 0x80) {
      result[i] = lower_ascii(result[i]);
    } else if ((lead & 0xE0) == 0xC0 && i + 1 < result.size()) {
      auto trail = static_cast<unsigned char>(result[i + 1]);
      auto folded = fold(((lead & 0x1Fu) << 6) | (trail & 0x3Fu));
      result[i] = static_cast<char>(0xC0 | (folded >> 6));
      result[++i] = static_cast<char>(0x80 | (folded & 0x3F));
    }
  }
  return result;
}

} // namespace callboard::sql

#include "bin/callboard-cli/colours.hpp"

#include <array>
#include <cstdint>

namespace callboard::cli {

std::string colours::name(std::string_view name) const {
  // Readable on light and dark grounds; red is left to errors.
  constexpr std::array<std::string_view, 10> palette{"32",   "33",   "34",   "35",   "36",
                                                     "1;32", "1;33", "1;34", "1;35", "1;36"};
  std::uint32_t hash = 2166136261U; // FNV-1a, 32 bits
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    hash = (hash ^ static_cast<unsigned char>(upper ? c + ('a' - 'A') : c)) * 16777619U;
  }
  return paint(palette[hash % palette.size()], name);
}

std::string colours::paint(std::string_view code, std::string_view text) const {
  if (!enabled_)
    return std::string(text);
  return "\x1b[" + std::string(code) + 'm' + std::string(text) + "\x1b[0m";
}

} // namespace callboard::cli

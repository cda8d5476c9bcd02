#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace callboard {

/// Plain digits. False for anything else.
bool parse_number(std::string_view text, std::uint64_t& number);

/// "500ms", "30s", "15m", "2h", "7d" in milliseconds. False for anything else.
bool parse_duration(std::string_view text, std::uint64_t& milliseconds);

/// The same with the largest unit that divides it.
std::string print_duration(std::uint64_t milliseconds);

} // namespace callboard

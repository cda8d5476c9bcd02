#include "bin/callboard/durations.hpp"

#include <charconv>

namespace callboard {
namespace {

struct unit {
  std::string_view name;
  std::uint64_t milliseconds;
};
constexpr unit units[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};

} // namespace

bool parse_number(std::string_view text, std::uint64_t& number) {
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size();
}

bool parse_duration(std::string_view text, std::uint64_t& result) {
  auto digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos)
    return false;
  std::uint64_t number = 0;
  if (!parse_number(text.substr(0, digits), number))
    return false;
  for (auto& each : units) {
    if (each.name == text.substr(digits)) {
      result = number * each.milliseconds;
      return number <= 1'000'000'000;
    }
  }
  return false;
}

std::string print_duration(std::uint64_t value) {
  for (auto& each : units)
    if (value % each.milliseconds == 0 && value >= each.milliseconds)
      return std::to_string(value / each.milliseconds) + std::string{each.name};
  return "0s";
}

} // namespace callboard

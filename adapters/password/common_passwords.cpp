#include "adapters/password/common_passwords.hpp"

#include <algorithm>

namespace callboard::password {

namespace {

// One line each, sorted by bytes, each line ended: searched in place, with no table to build or to relocate.
constexpr std::string_view list =
#include "common_passwords.inc"
    ;

} // namespace

bool is_common(std::string_view lower_case) {
  std::size_t low = 0;
  std::size_t high = list.size();
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto before = list.substr(0, middle).rfind('\n');
    const auto start = before == std::string_view::npos ? 0 : before + 1;
    const auto end = list.find('\n', middle);
    const auto line = list.substr(start, end - start);
    if (line == lower_case)
      return true;
    if (line < lower_case)
      low = end + 1;
    else
      high = start;
  }
  return false;
}

std::size_t common_password_count() {
  return static_cast<std::size_t>(std::count(list.begin(), list.end(), '\n'));
}

} // namespace callboard::password

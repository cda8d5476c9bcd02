#pragma once

#include <cstddef>
#include <string_view>

namespace callboard::password {

/// Whether `lower_case` is one of the most common passwords of 8 characters and more (`README.md` names the source).
bool is_common(std::string_view lower_case);

/// How many passwords the list holds.
std::size_t common_password_count();

} // namespace callboard::password

#pragma once

#include <cstddef>
#include <string_view>

namespace callboard::http::rest {

/// Number of code points of well-formed UTF-8.
std::size_t count_code_points(std::string_view text);

/// Whether a text has the shape of a language tag (RFC 5646): 2 or 3 letters, then parts of 2 to 8 letters or digits
/// behind hyphens; at most 35 characters. Whether such a language exists is not asked.
bool is_language_tag(std::string_view text);

} // namespace callboard::http::rest

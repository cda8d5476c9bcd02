#pragma once

#include <cstdint>
#include <string_view>

namespace callboard::http {

/// The request methods that are told apart; any other is `other` and answered with 405 or 404.
enum class method : std::uint8_t { get, head, post, put, patch, remove, options, other };

/// "GET", "POST", ...; `remove` is "DELETE". `other` is "OTHER".
std::string_view to_string(method value);

/// Case-sensitive, as RFC 9110 (9.1) has it.
method parse_method(std::string_view text);

} // namespace callboard::http

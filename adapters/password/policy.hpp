#pragma once

#include <optional>
#include <string_view>

namespace callboard::password {

/// The bounds of a password, in Unicode code points.
inline constexpr std::size_t minimum_length = 8;
inline constexpr std::size_t maximum_length = 256;

/// Why a password may not be chosen.
enum class policy_violation {
  invalid_utf8, ///< not valid UTF-8
  too_short,    ///< under 8 code points
  too_long,     ///< over 256 code points
  common,       ///< among the most common passwords, in whatever case
  contextual,   ///< little more than the user's own name or the product's
};

/// A short name for answers and logs, such as `too_short`.
std::string_view to_string(policy_violation violation);

/// What an attacker would try first for this user.
struct context {
  std::string_view username;
  std::string_view email; ///< its part before the `@` counts
};

/// Whether `password` may be chosen: nothing if so, else the first reason against it. There are no rules about kinds
/// of characters (NIST SP 800-63B section 5.1.1.2). It is contextual if fewer than 8 code points are left of it
/// without the username, the local part of the e-mail address and the product's name (each of 3 bytes and more,
/// in any case of ASCII letters).
std::optional<policy_violation> check_policy(std::string_view password, const context& who);

} // namespace callboard::password

#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "messages/password_writes.hpp"

namespace callboard::core {

enum class letter_language : std::uint8_t { english, russian };

/// The language of a letter: that of the profile, as `ru` or `ru-RU`, else the first one that is known among those a
/// browser prefers (`Accept-Language`, whose order is taken as it is), else English.
letter_language choose_language(std::string_view locale, std::string_view accepted);

struct letter {
  std::string subject;
  std::string body;
};

/// What is mailed with a link. Of what somebody entered it holds the username only, which cannot pose as a text.
letter write_link_letter(token_purpose purpose, letter_language language, std::string_view username,
                         std::string_view link, std::chrono::seconds life);

/// Tells the owner that the password is another one now.
letter write_changed_letter(letter_language language, std::string_view username, std::string_view page);

} // namespace callboard::core

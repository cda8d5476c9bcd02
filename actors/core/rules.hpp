#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/errors.hpp"

namespace callboard::core {

/// Bounds of what users may enter (protocol.md 2.1); each is an option.
struct limits {
  std::uint32_t message_length = 4096;  // code points
  std::uint32_t room_name_length = 80;  // code points
  std::uint32_t reminder_length = 500;  // code points
  std::uint32_t full_name_length = 100; // code points
  std::uint32_t client_key_bytes = 64;
  std::uint32_t email_bytes = 254;
  std::uint32_t username_min = 3;
  std::uint32_t username_max = 32;
  std::uint32_t members_per_room = 10'000;
  std::uint32_t rooms_per_user = 1'000;
  std::uint32_t reminders_per_user = 1'000;
  std::uint32_t channels_per_connection = 200;
  std::uint32_t years_ahead = 10; // a reminder may be due
};

/// Number of code points of a UTF-8 text, or nothing if it is not UTF-8 (RFC 3629: no surrogates, no overlong forms).
std::optional<std::size_t> count_code_points(std::string_view text);

/// ASCII letters in lower case; other bytes as they are.
std::string to_lower(std::string_view text);

/// Collects the bad fields of one request.
class validation {
public:
  void refuse(std::string pointer, std::string code, std::string detail);

  /// 3-32 of [a-z0-9_.-], beginning with a letter or digit. Expects lower case.
  void check_username(std::string_view pointer, std::string_view value, const limits& bounds);
  /// One '@' with something on both sides, no spaces or controls, at most 254 bytes. Whether it works, a mail tells.
  void check_email(std::string_view pointer, std::string_view value, const limits& bounds);
  /// `min` to `max` code points of UTF-8, without NUL.
  void check_text(std::string_view pointer, std::string_view value, std::size_t min, std::size_t max);
  /// At most `max` bytes of printable UTF-8.
  void check_key(std::string_view pointer, std::string_view value, std::size_t max);

  bool ok() const { return fields_.empty(); }
  /// `validation_failed` with all fields.
  caf::error failure();

private:
  std::vector<field_error> fields_;
};

} // namespace callboard::core

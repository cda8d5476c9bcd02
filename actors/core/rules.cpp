#include "actors/core/rules.hpp"

#include <algorithm>

namespace callboard::core {
namespace {

bool is_continuation(char c) {
  return (static_cast<std::uint8_t>(c) & 0xC0) == 0x80;
}

// Length of the well-formed sequence at the beginning of `text` (RFC 3629, section 4), or 0.
std::size_t sequence_length(std::string_view text) {
  auto first = static_cast<std::uint8_t>(text[0]);
  if (first < 0x80)
    return 1;
  std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length)
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(text[i]))
      return 0;
  auto second = static_cast<std::uint8_t>(text[1]);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
      (first == 0xF4 && second > 0x8F))
    return 0;
  return length;
}

bool is_control(char c) {
  return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F;
}

} // namespace

std::optional<std::size_t> count_code_points(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    auto length = sequence_length(text);
    if (length == 0)
      return std::nullopt;
    text.remove_prefix(length);
    ++count;
  }
  return count;
}

std::string to_lower(std::string_view text) {
  std::string result{text};
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

void validation::refuse(std::string pointer, std::string code, std::string detail) {
  fields_.push_back({std::move(pointer), std::move(code), std::move(detail)});
}

void validation::check_username(std::string_view pointer, std::string_view value, const limits& bounds) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (value.size() < bounds.username_min || value.size() > bounds.username_max)
    refuse(std::string{pointer}, "length",
           "must have " + std::to_string(bounds.username_min) + " to " + std::to_string(bounds.username_max) +
               " characters");
  else if (!std::all_of(value.begin(), value.end(), allowed) || !alphanumeric(value.front()))
    refuse(std::string{pointer}, "characters", "may hold a-z, 0-9, '_', '.', '-', and begins with a letter or digit");
  else if (value.starts_with("deleted-") || value.starts_with("guest-"))
    refuse(std::string{pointer}, "reserved", "this name is reserved");
}

void validation::check_email(std::string_view pointer, std::string_view value, const limits& bounds) {
  auto at = value.find('@');
  bool well_formed = at != std::string_view::npos && at > 0 && at + 1 < value.size() &&
                     value.find('@', at + 1) == std::string_view::npos &&
                     std::none_of(value.begin(), value.end(), [](char c) { return is_control(c) || c == ' '; }) &&
                     count_code_points(value);
  if (value.size() > bounds.email_bytes)
    refuse(std::string{pointer}, "length", "must have at most " + std::to_string(bounds.email_bytes) + " bytes");
  else if (!well_formed)
    refuse(std::string{pointer}, "format", "is not an e-mail address");
}

void validation::check_text(std::string_view pointer, std::string_view value, std::size_t min, std::size_t max) {
  auto length = count_code_points(value);
  if (!length)
    refuse(std::string{pointer}, "encoding", "is not valid UTF-8");
  else if (value.find('\0') != std::string_view::npos)
    refuse(std::string{pointer}, "characters", "must not hold NUL");
  else if (*length < min || *length > max)
    refuse(std::string{pointer}, "length",
           "must have " + std::to_string(min) + " to " + std::to_string(max) + " characters");
}

void validation::check_key(std::string_view pointer, std::string_view value, std::size_t max) {
  if (value.size() > max)
    refuse(std::string{pointer}, "length", "must have at most " + std::to_string(max) + " bytes");
  else if (!count_code_points(value) || std::any_of(value.begin(), value.end(), is_control))
    refuse(std::string{pointer}, "characters", "must be printable UTF-8");
}

caf::error validation::failure() {
  return make_failure(errc::validation_failed, {}, std::move(fields_));
}

} // namespace callboard::core

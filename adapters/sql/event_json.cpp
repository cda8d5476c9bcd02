#include "adapters/sql/event_json.hpp"

#include <cstdio>

namespace callboard::sql {

std::string to_rfc3339(timestamp time) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date{day};
  std::chrono::hh_mm_ss clock{time - day};
  char text[48];
  auto size = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                            static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                            static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                            static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return std::string(text, static_cast<std::size_t>(size));
}

void event_json::begin(std::string_view name) {
  text_ += text_.empty() ? "{\"" : ",\"";
  text_ += name;
  text_ += "\":";
}

event_json& event_json::add(std::string_view name, bool value) {
  begin(name);
  text_ += value ? "true" : "false";
  return *this;
}

event_json& event_json::add(std::string_view name, std::string_view value) {
  begin(name);
  append_quoted(value);
  return *this;
}

event_json& event_json::add(std::string_view name, timestamp value) {
  return add(name, std::string_view{to_rfc3339(value)});
}

// RFC 8259, section 7.
void event_json::append_quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  text_ += '"';
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\')
      continue;
    text_ += text.substr(copied, i - copied);
    copied = i + 1;
    text_ += '\\';
    if (byte >= 0x20) {
      text_ += text[i];
    } else {
      text_ += "u00";
      text_ += digits[byte >> 4];
      text_ += digits[byte & 15];
    }
  }
  text_ += text.substr(copied);
  text_ += '"';
}

} // namespace callboard::sql

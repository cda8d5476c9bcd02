#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "messages/ids.hpp"

namespace callboard::sql {

/// RFC 3339 in UTC with milliseconds, e.g. 2026-11-21T02:55:54.123Z.
std::string to_rfc3339(timestamp time);

/// Builds the JSON object of an event, field by field. Far cheaper than a document of Boost.JSON, and one is built for
/// every message. Texts are UTF-8, checked where they came in.
class event_json {
public:
  template <std::integral T>
  event_json& add(std::string_view name, T value) {
    begin(name);
    text_ += std::to_string(value);
    return *this;
  }
  event_json& add(std::string_view name, bool value);
  event_json& add(std::string_view name, std::string_view value);
  event_json& add(std::string_view name, const std::string& value) { return add(name, std::string_view{value}); }
  event_json& add(std::string_view name, const char* value) { return add(name, std::string_view{value}); }
  event_json& add(std::string_view name, timestamp value);
  event_json& add(std::string_view name, user_id value) { return add(name, number_of(value)); }
  event_json& add(std::string_view name, room_id value) { return add(name, number_of(value)); }
  event_json& add(std::string_view name, reminder_id value) { return add(name, number_of(value)); }

  template <class Ids>
  event_json& add_list(std::string_view name, const Ids& ids) {
    begin(name);
    text_ += '[';
    for (auto id : ids) {
      text_ += to_string(id);
      text_ += ',';
    }
    if (text_.back() == ',')
      text_.pop_back();
    text_ += ']';
    return *this;
  }

  /// The finished text.
  std::string take() {
    text_ += text_.empty() ? "{}" : "}";
    return std::move(text_);
  }

private:
  void begin(std::string_view name);
  void append_quoted(std::string_view text);

  std::string text_;
};

} // namespace callboard::sql

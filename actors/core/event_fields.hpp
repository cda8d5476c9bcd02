#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/ids.hpp"

namespace callboard::core {

/// The members of an event's data, a JSON object whose members are few and mostly plain. It views the text, which must
/// live longer; values are read when asked for. What is wrong inside a member that nobody asks for is not noticed.
class event_fields {
public:
  static constexpr std::size_t most_members = 64;

  /// Nothing if the text is no JSON object, or one with more members or deeper than any event.
  static std::optional<event_fields> read(std::string_view json);

  /// A whole number of 64 bits; nothing if the member is absent or anything else.
  std::optional<std::int64_t> integer(std::string_view name) const;
  /// A string without escapes, as all names and codes are; nothing if the member is absent or anything else.
  std::optional<std::string_view> text(std::string_view name) const;
  /// A time as events carry it, `2026-05-01T09:00:00.000Z`.
  std::optional<timestamp> time(std::string_view name) const;
  /// Whether the member is there and `true`.
  bool is_true(std::string_view name) const;

private:
  std::string_view raw(std::string_view name) const;

  std::vector<std::pair<std::string_view, std::string_view>> members_; // name, value as written
};

} // namespace callboard::core

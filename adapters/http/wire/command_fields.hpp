#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

namespace callboard::http::wire {

/// Reads the known fields of a command and remembers the first thing that is wrong with them: another type, or a field
/// given twice. Absent fields and `null` are the type's zero, as protobuf's JSON has it; others are not looked at.
class command_fields {
public:
  /// `problem` collects over several objects of one command. `where`: how they are called in it ("subscribe").
  command_fields(simdjson::dom::object object, std::string_view where, std::string& problem)
      : object_{object}, where_{where}, problem_{problem} {}

  bool has(std::string_view name) { return find(name).has_value(); }
  std::string text(std::string_view name);
  /// As `text`, but it must be there.
  std::string required_text(std::string_view name);
  bool boolean(std::string_view name);
  std::uint64_t number(std::string_view name);
  std::int64_t signed_number(std::string_view name);
  std::int64_t required_signed_number(std::string_view name);
  /// Nothing if absent.
  std::optional<simdjson::dom::object> object(std::string_view name);

  void refuse(std::string_view name, std::string_view what);

private:
  std::optional<simdjson::dom::element> find(std::string_view name);

  simdjson::dom::object object_;
  std::string_view where_;
  std::string& problem_;
};

} // namespace callboard::http::wire

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/strconv>
#include <pqxx/types>

namespace callboard::sql {

/// A parameter in PostgreSQL's text form, as libpqxx takes it.
struct text_parameter {
  const std::string* value = nullptr; // nothing: NULL
};

/// The parameters of a statement, kept between its uses so that their memory is.
class parameters {
public:
  void set_integer(int index, std::int64_t value);
  void set_text(int index, std::string_view value);
  void set_bytes(int index, std::string_view value);
  void set_null(int index);

  std::vector<text_parameter> all() const;

private:
  struct slot {
    std::string text;
    bool is_null = true;
  };
  slot& at(int index);

  std::vector<slot> slots_;
};

/// The bytes that PostgreSQL writes as \x0123...
std::string bytes_of_hex(std::string_view text);
/// The inverse.
void append_hex(std::string& to, std::string_view bytes);

} // namespace callboard::sql

namespace pqxx {

template <>
struct string_traits<callboard::sql::text_parameter> {
  static constexpr const char* name() noexcept { return "text_parameter"; }
  static constexpr bool has_null() noexcept { return true; }
  static bool is_null(const callboard::sql::text_parameter& parameter) { return parameter.value == nullptr; }
  static std::string to_string(const callboard::sql::text_parameter& parameter) { return *parameter.value; }
};

} // namespace pqxx

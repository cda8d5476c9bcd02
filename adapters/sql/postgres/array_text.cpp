#include "adapters/sql/postgres/array_text.hpp"

#include <array>
#include <charconv>

#include "adapters/sql/driver.hpp"
#include "adapters/sql/postgres/parameters.hpp"

namespace callboard::sql {

void array_text::add(std::int64_t value) {
  separate();
  std::array<char, 20> digits{};
  auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text_.append(digits.data(), written.ptr);
}

void array_text::add(std::string_view value) {
  if (value.find('\0') != std::string_view::npos)
    throw driver_error{failure::constraint, "a text holds a NUL"};
  separate();
  text_ += '"';
  for (auto next = value.find_first_of("\"\\"); next != std::string_view::npos; next = value.find_first_of("\"\\")) {
    text_ += value.substr(0, next);
    text_ += '\\';
    text_ += value[next];
    value.remove_prefix(next + 1);
  }
  text_ += value;
  text_ += '"';
}

void array_text::add(const uuid& value) {
  separate();
  text_ += "\"\\";
  append_hex(text_, {reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()});
  text_ += '"';
}

void array_text::add_null() {
  separate();
  text_ += "NULL";
}

const std::string& array_text::text() {
  if (!is_finished_)
    text_ += text_.empty() ? "{}" : "}";
  is_finished_ = true;
  return text_;
}

} // namespace callboard::sql

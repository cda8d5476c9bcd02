#include "adapters/sql/postgres/parameters.hpp"

#include <array>
#include <charconv>

#include "adapters/sql/driver.hpp"

namespace callboard::sql {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

int value_of(char digit) {
  auto found = hex_digits.find(digit);
  if (found == std::string_view::npos)
    throw driver_error{failure::corrupt, "bytes are not in hexadecimal form"};
  return static_cast<int>(found);
}

} // namespace

parameters::slot& parameters::at(int index) {
  auto position = static_cast<std::size_t>(index);
  if (slots_.size() < position)
    slots_.resize(position);
  auto& found = slots_[position - 1];
  found.text.clear();
  found.is_null = false;
  return found;
}

void parameters::set_integer(int index, std::int64_t value) {
  std::array<char, 20> digits{};
  auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  at(index).text.assign(digits.data(), written.ptr);
}

void parameters::set_text(int index, std::string_view value) {
  // A text ends at its first NUL in this form, so one inside would be cut off without a word.
  if (value.find('\0') != std::string_view::npos)
    throw driver_error{failure::constraint, "a text holds a NUL"};
  at(index).text = value;
}

void parameters::set_bytes(int index, std::string_view value) {
  append_hex(at(index).text, value);
}

void parameters::set_null(int index) {
  at(index).is_null = true;
}

std::vector<text_parameter> parameters::all() const {
  std::vector<text_parameter> list;
  list.reserve(slots_.size());
  for (auto& each : slots_)
    list.push_back({each.is_null ? nullptr : &each.text});
  return list;
}

std::string bytes_of_hex(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0)
    throw driver_error{failure::corrupt, "bytes are not in hexadecimal form"};
  std::string bytes;
  bytes.reserve(text.size() / 2 - 1);
  for (std::size_t i = 2; i < text.size(); i += 2)
    bytes += static_cast<char>(value_of(text[i]) << 4 | value_of(text[i + 1]));
  return bytes;
}

void append_hex(std::string& to, std::string_view bytes) {
  to += "\\x";
  for (auto c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    to += hex_digits[byte >> 4];
    to += hex_digits[byte & 15];
  }
}

} // namespace callboard::sql

#include "adapters/http/wire/json_writer.hpp"

#include <array>
#include <cstdint>

#include <simdjson.h>

#include "adapters/http/text.hpp"

namespace callboard::http::wire {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

// 0: as it is; 'u': \u00XX; otherwise the letter behind the backslash.
constexpr std::array<char, 256> make_escapes() {
  std::array<char, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i)
    table[i] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}

constexpr auto escapes = make_escapes();

void append_valid(std::string& out, std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<std::uint8_t>(text[i]);
    auto escape = escapes[byte];
    if (escape == 0) [[likely]]
      continue;
    out.append(text, begin, i - begin);
    begin = i + 1;
    out += '\\';
    out += escape;
    if (escape == 'u') {
      out += "00";
      out += hex_digits[byte >> 4];
      out += hex_digits[byte & 15];
    }
  }
  out.append(text, begin);
}

} // namespace

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  if (simdjson::validate_utf8(text.data(), text.size())) [[likely]]
    append_valid(out, text);
  else
    append_valid(out, as_utf8(text));
  out += '"';
}

} // namespace callboard::http::wire

#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "adapters/http/text.hpp"
#include "tests/fuzz/support.hpp"

/// What targets of encoders share: what must come out of them.
namespace callboard::fuzz {

/// The text as JSON must have it: each byte that belongs to no UTF-8 sequence is U+FFFD.
inline std::string as_utf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length <= 4 && !(length <= text.size() && http::is_utf8(text.substr(0, length))))
      ++length;
    valid += length <= 4 ? text.substr(0, length) : std::string_view{"\xEF\xBF\xBD"};
    text.remove_prefix(length <= 4 ? length : 1);
  }
  return valid;
}

/// Whether a member is this text.
inline bool has_text(const boost::json::object& object, std::string_view name, std::string_view text) {
  const auto* member = object.if_contains({name.data(), name.size()});
  const auto* found = member == nullptr ? nullptr : member->if_string();
  return found != nullptr && std::string_view{found->data(), found->size()} == text;
}

/// Whether a member is this number.
template <class Number>
bool has_number(const boost::json::object& object, std::string_view name, Number number) {
  const auto* member = object.if_contains({name.data(), name.size()});
  return member != nullptr && member->is_number() && *member == boost::json::value(number);
}

/// The payload of the one text frame (RFC 6455, 5.2) that the bytes must be.
inline std::string_view payload_of(std::string_view frame) {
  require(frame.size() >= 2 && frame[0] == '\x81');
  std::uint64_t length = static_cast<unsigned char>(frame[1]);
  const std::size_t more = length == 127 ? 8 : length == 126 ? 2 : 0;
  require(length <= 127 && frame.size() >= 2 + more);
  for (std::size_t i = 0; i < more; ++i)
    length = (i == 0 ? 0 : length << 8) | static_cast<unsigned char>(frame[2 + i]);
  frame.remove_prefix(2 + more);
  require(frame.size() == length);
  return frame;
}

} // namespace callboard::fuzz

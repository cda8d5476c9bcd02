#pragma once

#include <string>
#include <string_view>

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "adapters/http/wire/centrifuge_json.hpp"
#include "messages/messages.hpp"

namespace callboard::http::wire::test {

/// 2026-05-01T09:00:00.000Z
constexpr timestamp noon{std::chrono::milliseconds{1'777'626'000'000}};

inline const centrifuge_json& protocol() {
  static const centrifuge_json instance{"epoch-1", "callboard 0.1", [] { return noon; }};
  return instance;
}

/// The payload of the one text frame that the bytes must be.
inline std::string payload_of(const shared_bytes& frame) {
  REQUIRE(frame);
  const auto& bytes = *frame;
  REQUIRE(bytes.size() >= 2);
  REQUIRE(static_cast<unsigned char>(bytes[0]) == 0x81);
  std::size_t length = static_cast<unsigned char>(bytes[1]);
  std::size_t header = 2;
  if (length >= 126) {
    std::size_t extended = length == 126 ? 2 : 8;
    REQUIRE(bytes.size() >= header + extended);
    length = 0;
    for (; extended-- > 0; ++header)
      length = length << 8 | static_cast<unsigned char>(bytes[header]);
  }
  REQUIRE(bytes.size() == header + length);
  return bytes.substr(header);
}

inline boost::json::value json_of(std::string_view text) {
  return boost::json::parse({text.data(), text.size()});
}

inline boost::json::value json_of(const shared_bytes& frame) {
  return json_of(payload_of(frame));
}

} // namespace callboard::http::wire::test

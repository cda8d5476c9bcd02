#include "messages/trace.hpp"

#include <doctest/doctest.h>

namespace callboard {
namespace {

constexpr const char* example = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::string with(std::string_view version, std::string_view rest = {}) {
  return std::string{version} + std::string{example}.substr(2) + std::string{rest};
}

} // namespace

TEST_CASE("a traceparent is read and printed as it was") {
  auto found = parse_traceparent(example);
  REQUIRE(found);
  CHECK(!found->empty());
  CHECK(found->is_sampled());
  CHECK(print_trace_id(*found) == "0af7651916cd43dd8448eb211c80319c");
  CHECK(print_hex(found->span) == "b7ad6b7169203331");
  CHECK(print_traceparent(*found) == example);
}

TEST_CASE("the flags that are known are kept, others are not") {
  auto with_flags = [](const char* flags) {
    auto found = parse_traceparent(std::string{example}.substr(0, 53) + flags);
    REQUIRE(found);
    return std::pair{found->is_sampled(), print_traceparent(*found).substr(53)};
  };
  CHECK(with_flags("00") == std::pair{false, std::string{"00"}});
  CHECK(with_flags("01") == std::pair{true, std::string{"01"}});
  CHECK(with_flags("02") == std::pair{false, std::string{"02"}});
  CHECK(with_flags("ff") == std::pair{true, std::string{"03"}});
  CHECK(with_flags("fc") == std::pair{false, std::string{"00"}});
}

TEST_CASE("later versions are read by what they share with version 00") {
  for (auto& text : {with("01"), with("cc", "-"), with("fe", "-what-may-come"), with("01", "-01")}) {
    CAPTURE(text);
    auto found = parse_traceparent(text);
    REQUIRE(found);
    CHECK(print_traceparent(*found) == example);
  }
}

TEST_CASE("what is no traceparent is nothing") {
  const std::string texts[] = {
      "",
      "00",
      with("00", "-"),
      with("00", "-01"),
      with("00", "x"),
      with("ff"),
      with("ff", "-01"),
      with("01", "x"),
      with("0x"),
      with("0A"),
      std::string{example}.substr(0, 54),
      std::string{" "} + example,
      std::string{example} + " ",
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
      "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-B7AD6B7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333.-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
      "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01",
      "00-0af7651916cd43dd8448eb211c8031-9cb7ad6b7169203331-01",
      std::string(55, '-'),
      std::string(55, '\0'),
      std::string(100'000, '0'),
  };
  for (auto& text : texts) {
    CAPTURE(text.substr(0, 80));
    CHECK(!parse_traceparent(text));
  }
}

TEST_CASE("no trace is printed as nothing") {
  CHECK(trace_context{}.empty());
  CHECK(print_traceparent({}).empty());
  CHECK(print_trace_id({}).empty());
}

} // namespace callboard

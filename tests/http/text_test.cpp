#include <doctest/doctest.h>

#include "adapters/http/strict_json.hpp"
#include "adapters/http/text.hpp"
#include "messages/errors.hpp"

using namespace callboard;
using namespace callboard::http;

TEST_CASE("numbers are plain digits within 63 bits") {
  CHECK(parse_number("0") == 0);
  CHECK(parse_number("9223372036854775807") == 9223372036854775807u);
  for (std::string_view text :
       {"", "-1", "+1", " 1", "1 ", "0x1", "9223372036854775808", "99999999999999999999", "1.0"})
    CHECK_FALSE(parse_number(text));
}

TEST_CASE("UTF-8 is checked as RFC 3629 has it") {
  for (std::string_view text : {"", "plain", "\xd0\x9f\xd1\x80", "\xf0\x9f\x91\x8d", "\xef\xbf\xbf", "\xed\x9f\xbf"})
    CHECK(is_utf8(text));
  for (std::string_view text : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80",
                                "\xf4\x90\x80\x80", "\xf0\x80\x80\x80", "\xc3(", "\xe2\x82"})
    CHECK_FALSE(is_utf8(text));
}

TEST_CASE("what is no UTF-8 is replaced, byte by byte") {
  CHECK(as_utf8("") == "");
  CHECK(as_utf8("a\xd0\x9f") == "a\xd0\x9f");
  CHECK(as_utf8("\xc3(\xe2\x82") == "\uFFFD(\uFFFD\uFFFD");
  CHECK(as_utf8("\xed\xa0\x80\xf0\x9f\x91\x8d") == "\uFFFD\uFFFD\uFFFD\xf0\x9f\x91\x8d");
}

TEST_CASE("text for the log cannot forge a line") {
  CHECK(neutralise("plain text") == "plain text");
  CHECK(neutralise("a\r\nfake=\"1\"\x1b[2J\\") == "a\\x0d\\x0afake=\\x221\\x22\\x1b[2J\\x5c");
  CHECK(neutralise("\xe2\x80\xa8") == "\\xe2\\x80\\xa8");
  CHECK(neutralise(std::string(1000, 'x')).size() == 200);
  CHECK(neutralise(std::string(1000, '\n'), 10).size() == 8);
}

TEST_CASE("a body is one JSON object, strictly") {
  auto good = parse_strict_object(R"({"a":1,"b":{"a":[{"a":2},{"a":3}]},"text":"Привет \u00e9"})");
  REQUIRE(good);
  CHECK(good->at("b").at("a").at(1).at("a").as_int64() == 3);
  CHECK(parse_strict_object(" {} \n"));

  std::string deep(33, '[');
  deep += std::string(33, ']');
  std::string fits(30, '[');
  fits += std::string(30, ']');
  CHECK(parse_strict_object("{\"a\":" + fits + "}"));
  for (const auto& text : {std::string{""},
                           std::string{"[]"},
                           std::string{"1"},
                           std::string{"null"},
                           std::string{"{"},
                           std::string{"{}{}"},
                           std::string{"{} x"},
                           std::string{"{'a':1}"},
                           std::string{"{\"a\":1,}"},
                           std::string{"{\"a\":01}"},
                           std::string{"{\"a\":\"\xc3(\"}"},
                           std::string{"{\"a\":\"\xed\xa0\x80\"}"},
                           std::string{"{\"a\":\"\\ud800\"}"},
                           std::string{"{\"a\":1,\"a\":2}"},
                           std::string{"{\"a\":1,\"\\u0061\":2}"},
                           std::string{"{\"b\":[{\"x\":1,\"x\":1}]}"},
                           std::string{"{\"a\":\"\n\"}"},
                           std::string{"/**/{}"},
                           std::string{"{\"a\":1e400}"},
                           "{\"a\":" + deep + "}"}) {
    CAPTURE(text);
    auto bad = parse_strict_object(text);
    REQUIRE_FALSE(bad);
    CHECK(code_of(bad.error()) == errc::bad_request);
  }
}

TEST_CASE("the media type of JSON") {
  for (std::string_view text :
       {"application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8",
        "application/json; charset=\"utf-8\"", "application/json;"})
    CHECK(is_json_type(text));
  for (std::string_view text :
       {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/problem+json",
        "application/json; charset=utf-16", "text/plain; application/json"})
    CHECK_FALSE(is_json_type(text));
}

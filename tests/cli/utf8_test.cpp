#include "bin/callboard-cli/utf8.hpp"

#include <doctest/doctest.h>

using namespace callboard::cli;

TEST_CASE("valid UTF-8 is told from invalid") {
  for (const char* text : {"", "abc", "Привет", "€", "👍", "\xF4\x8F\xBF\xBF"})
    CHECK(is_utf8(text));
  for (const char* text : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF",
                           "a\xE2\x82", "\xF0\x80\x80\xAF"}) {
    CAPTURE(text);
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("ordinary text passes unchanged") {
  for (const char* text : {"", "Привет всем!", "a  b", "👍🏽", "don't \"quote\" \\ it"})
    CHECK(neutralise(text) == text);
}

TEST_CASE("a text from others can neither steer the terminal nor make lines of its own") {
  CHECK(neutralise("\x1b[31mred\x1b]0;title\x07") == "\uFFFD[31mred\uFFFD]0;title\uFFFD");
  CHECK(neutralise("a\nb\r\n") == "a⏎b\uFFFD⏎");
  CHECK(neutralise("a\tb") == "a b");
  CHECK(neutralise(std::string_view("\0x\x7F", 3)) == "\uFFFDx\uFFFD");
  CHECK(neutralise("\xC2\x9B"
                   "31m") == "\uFFFD31m"); // CSI as one C1 character
  CHECK(neutralise("\u202Egnp.exe\u2066\u200F") == "\uFFFDgnp.exe\uFFFD\uFFFD");
  CHECK(neutralise("\u2028\u2029\u0085") == "⏎⏎⏎");
  CHECK(neutralise("\xFFok\xC3") == "\uFFFDok\uFFFD");
}

TEST_CASE("whatever the bytes, nothing that a terminal obeys is left") {
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second), 'm'};
      const std::string safe = neutralise(bytes);
      REQUIRE(is_utf8(safe));
      std::size_t position = 0;
      while (position < safe.size()) {
        const auto point = decode_utf8(safe, position);
        REQUIRE((*point >= 0x20 && *point != 0x7F && (*point < 0x80 || *point > 0x9F)));
      }
    }
}

TEST_CASE("a text is cut between code points") {
  CHECK(first_code_points("Привет", 2) == "Пр");
  CHECK(first_code_points("ab", 5) == "ab");
  CHECK(first_code_points("ab", 0).empty());
}

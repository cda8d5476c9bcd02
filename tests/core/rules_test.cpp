#include <string>

#include <doctest/doctest.h>

#include "actors/core/rules.hpp"

using namespace callboard;
using namespace std::literals;

namespace {

std::string first_code(core::validation& check) {
  if (check.ok())
    return {};
  auto context = context_of(check.failure());
  REQUIRE(context.fields.size() == 1);
  return context.fields.front().code;
}

std::string username_code(std::string_view name) {
  core::validation check;
  check.check_username("/username", name, {});
  return first_code(check);
}

std::string email_code(std::string_view address) {
  core::validation check;
  check.check_email("/email", address, {});
  return first_code(check);
}

std::string text_code(std::string_view text, std::size_t min, std::size_t max) {
  core::validation check;
  check.check_text("/text", text, min, max);
  return first_code(check);
}

std::string key_code(std::string_view key) {
  core::validation check;
  check.check_key("/key", key, 64);
  return first_code(check);
}

} // namespace

TEST_CASE("well-formed UTF-8 is counted in code points") {
  CHECK(*core::count_code_points("") == 0);
  CHECK(*core::count_code_points("abc") == 3);
  CHECK(*core::count_code_points("Привет") == 6);
  CHECK(*core::count_code_points("\xF0\x9F\x98\x80") == 1);
  CHECK(*core::count_code_points("\xC2\x80") == 1);         // U+0080, the first of two bytes
  CHECK(*core::count_code_points("\xDF\xBF") == 1);         // U+07FF
  CHECK(*core::count_code_points("\xE0\xA0\x80") == 1);     // U+0800
  CHECK(*core::count_code_points("\xED\x9F\xBF") == 1);     // U+D7FF, the last before the surrogates
  CHECK(*core::count_code_points("\xEE\x80\x80") == 1);     // U+E000, the first after them
  CHECK(*core::count_code_points("\xEF\xBF\xBF") == 1);     // U+FFFF
  CHECK(*core::count_code_points("\xF0\x90\x80\x80") == 1); // U+10000
  CHECK(*core::count_code_points("\xF4\x8F\xBF\xBF") == 1); // U+10FFFF, the last
  CHECK(*core::count_code_points("a\0b"sv) == 3);
}

TEST_CASE("ill-formed UTF-8 is recognised") {
  for (auto bytes : {"\x80"sv,
                     "\xBF"sv,
                     "\xC0\x80"sv,
                     "\xC1\xBF"sv,
                     "\xC2"sv,
                     "\xC2\x41"sv,
                     "\xE0\x80\x80"sv,
                     "\xE0\x9F\xBF"sv,
                     "\xED\xA0\x80"sv,
                     "\xED\xBF\xBF"sv,
                     "\xE2\x82"sv,
                     "\xE2\x28\xA1"sv,
                     "\xF0\x80\x80\x80"sv,
                     "\xF0\x8F\xBF\xBF"sv,
                     "\xF4\x90\x80\x80"sv,
                     "\xF5\x80\x80\x80"sv,
                     "\xF0\x9F\x98"sv,
                     "\xF8\x88\x80\x80\x80"sv,
                     "\xFE"sv,
                     "\xFF"sv,
                     "ok\xC3"sv}) {
    CAPTURE(bytes);
    CHECK(!core::count_code_points(bytes));
  }
}

TEST_CASE("every sequence of one or two bytes is judged as RFC 3629 says") {
  for (int first = 0; first < 256; ++first) {
    std::string one(1, static_cast<char>(first));
    CHECK(static_cast<bool>(core::count_code_points(one)) == (first < 0x80));
    for (int second = 0; second < 256; ++second) {
      auto two = one + static_cast<char>(second);
      bool pair = first < 0x80 && second < 0x80;
      bool sequence = first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF;
      CHECK(static_cast<bool>(core::count_code_points(two)) == (pair || sequence));
    }
  }
}

TEST_CASE("lower case changes ASCII letters alone") {
  CHECK(core::to_lower("AbZ-09_Ж") == "abz-09_Ж");
}

TEST_CASE("usernames") {
  CHECK(username_code("abc").empty());
  CHECK(username_code("a_b.c-9").empty());
  CHECK(username_code("0ab").empty());
  CHECK(username_code(std::string(32, 'a')).empty());
  CHECK(username_code("ab") == "length");
  CHECK(username_code("") == "length");
  CHECK(username_code(std::string(33, 'a')) == "length");
  for (auto name : {"Abc", "_abc", ".abc", "-abc", "a b", "a@b", "abcж", "ab\n"}) {
    CAPTURE(name);
    CHECK(username_code(name) == "characters");
  }
  CHECK(username_code("deleted-1") == "reserved");
  CHECK(username_code("guest-abc") == "reserved");
  CHECK(username_code("guest").empty());
}

TEST_CASE("e-mail addresses") {
  CHECK(email_code("a@b").empty());
  CHECK(email_code("вася@пример.рф").empty());
  CHECK(email_code(std::string(252, 'a') + "@b").empty());
  CHECK(email_code(std::string(253, 'a') + "@b") == "length");
  for (auto address : {"", "@", "a@", "@b", "ab", "a@b@c", "a b@c", "a@b\n", "a@\x7f", "a@\xff"}) {
    CAPTURE(address);
    CHECK(email_code(address) == "format");
  }
}

TEST_CASE("texts are measured in code points, not in bytes") {
  CHECK(text_code("жжж", 1, 3).empty());
  CHECK(text_code("жжжж", 1, 3) == "length");
  CHECK(text_code("", 1, 3) == "length");
  CHECK(text_code("", 0, 3).empty());
  CHECK(text_code("a\0"sv, 1, 3) == "characters");
  CHECK(text_code("\xff", 1, 3) == "encoding");
  CHECK(text_code("a\nb", 1, 3).empty());
}

TEST_CASE("client keys") {
  CHECK(key_code("").empty());
  CHECK(key_code(std::string(64, 'k')).empty());
  CHECK(key_code(std::string(65, 'k')) == "length");
  CHECK(key_code("a\tb") == "characters");
  CHECK(key_code("\xC3") == "characters");
}

TEST_CASE("all bad fields of a request are told at once") {
  core::validation check;
  CHECK(check.ok());
  check.check_username("/username", "", {});
  check.check_email("/email", "", {});
  CHECK_FALSE(check.ok());
  auto failure = check.failure();
  CHECK(code_of(failure) == errc::validation_failed);
  auto context = context_of(failure);
  REQUIRE(context.fields.size() == 2);
  CHECK(context.fields[0].pointer == "/username");
  CHECK(context.fields[1].pointer == "/email");
}

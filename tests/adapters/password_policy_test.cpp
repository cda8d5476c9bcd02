#include "adapters/password/common_passwords.hpp"
#include "adapters/password/policy.hpp"

#include <doctest/doctest.h>
#include <fstream>
#include <string>

using namespace callboard;

namespace {

std::string outcome(std::string_view text, std::string_view username = "zed",
                    std::string_view email = "zed@x.example") {
  const auto violation = password::check_policy(text, {username, email});
  return violation ? std::string(password::to_string(*violation)) : "accepted";
}

std::string repeated(std::string_view text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i)
    result += text;
  return result;
}

} // namespace

TEST_CASE("lengths count code points, from 8 to 256") {
  CHECK(outcome("") == "too_short");
  CHECK(outcome("q7rtzup") == "too_short");
  CHECK(outcome("q7rtzupx") == "accepted");
  CHECK(outcome("пароле7") == "too_short");
  CHECK(outcome("паролев7") == "accepted");
  CHECK(outcome(repeated("🎭", 7)) == "too_short");
  CHECK(outcome(repeated("🎭", 256)) == "accepted");
  CHECK(outcome(repeated("🎭", 257)) == "too_long");
  CHECK(outcome(std::string(256, 'x')) == "accepted");
  CHECK(outcome(std::string(257, 'x')) == "too_long");
  CHECK(outcome(std::string(100'000, '\xff')) == "too_long");
}

TEST_CASE("there are no rules about kinds of characters") {
  for (const auto* text : {"qmwnebrv", "        .", "29384756102", "QMWNEBRV", "\t\n\v\f\r\x01\x02\x03"}) {
    CAPTURE(text);
    CHECK(outcome(text) == "accepted");
  }
}

TEST_CASE("text that is not UTF-8 is refused") {
  for (const auto* text :
       {"password\xff", "\xc0\xafpassword", "\xed\xa0\x80password", "password\xe2\x82", "\xf4\x90\x80\x80password"}) {
    CAPTURE(text);
    CHECK(outcome(text) == "invalid_utf8");
  }
}

TEST_CASE("every common password is refused, in any case") {
  CHECK(password::common_password_count() >= 3000);
  std::ifstream list(std::string(CALLBOARD_SOURCE_DIR) + "/adapters/password/common_passwords.txt");
  std::string line;
  std::string previous;
  std::size_t count = 0;
  while (std::getline(list, line)) {
    ++count;
    CAPTURE(line);
    REQUIRE(previous < line);
    REQUIRE(line.size() >= password::minimum_length);
    REQUIRE(password::is_common(line));
    REQUIRE_FALSE(password::is_common(line.substr(1) + "\x7f"));
    previous = line;
  }
  CHECK(count == password::common_password_count());
  for (const auto* text : {"password", "PASSWORD", "Password1", "12345678", "123456789", "qwertyuiop", "iloveyou",
                           "password123", "trustno1"}) {
    CAPTURE(text);
    CHECK(outcome(text) == "common");
  }
  for (const auto* text : {"", "\n", "a", "zzzzzzzzzzzzzzzzzzzzzz", "password\n", "\npassword", "~~~~~~~~"}) {
    CAPTURE(text);
    CHECK_FALSE(password::is_common(text));
  }
}

TEST_CASE("what is little more than the user's or the product's name is refused") {
  CHECK(outcome("callboard") == "contextual");
  CHECK(outcome("CallBoard2026") == "contextual");
  CHECK(outcome("callboardcallboard!") == "contextual");
  CHECK(outcome("my callboard is on fire") == "accepted");
  CHECK(outcome("alexandra", "alexandra", "a@x.example") == "contextual");
  CHECK(outcome("ALEXANDRA-1999", "alexandra", "a@x.example") == "contextual");
  CHECK(outcome("1999alexandra", "Alexandra", "a@x.example") == "contextual");
  CHECK(outcome("m.weatherby7", "mw", "M.Weatherby@x.example") == "contextual");
  CHECK(outcome("alexandra eats 9 pears", "alexandra", "a@x.example") == "accepted");
  // Short words say nothing.
  CHECK(outcome("moonlamp", "mo", "mo@x.example") == "accepted");
  CHECK(outcome("annexed-by-ann", "ann", "ann@x.example") == "accepted");
  // The longer name goes first, or "maria" would leave "anne" and digits behind.
  CHECK(outcome("mariaanne1234567", "maria", "mariaanne@x.example") == "contextual");
  CHECK(outcome("q7rtzupx", "", "") == "accepted");
}

#include <string>

#include <doctest/doctest.h>

#include "actors/core/event_fields.hpp"
#include "tests/core/random.hpp"

using namespace callboard;
using core::event_fields;

TEST_CASE("members are read by their name and kind") {
  auto fields = event_fields::read(
      R"( { "user_id" : 42, "text":"a \"quoted\" \\ {text}: [1,2]", "reason":"logout", "on":true, "off" : false,)"
      R"( "list":[1,[2,{"user_id":7}]], "low":-9223372036854775808, "none":null, "empty":"" } )");
  REQUIRE(fields);
  CHECK(fields->integer("user_id") == 42);
  CHECK(fields->integer("low") == INT64_MIN);
  CHECK(fields->text("reason") == "logout");
  CHECK(fields->text("empty") == "");
  CHECK(fields->is_true("on"));
  CHECK_FALSE(fields->is_true("off"));
  CHECK_FALSE(fields->is_true("absent"));
  CHECK_FALSE(fields->text("text")); // has escapes
  CHECK_FALSE(fields->text("user_id"));
  CHECK_FALSE(fields->integer("reason"));
  CHECK_FALSE(fields->integer("none"));
  CHECK_FALSE(fields->integer("absent"));
  CHECK(event_fields::read("{}"));
}

TEST_CASE("numbers that are no whole numbers of 64 bits are none") {
  auto fields = event_fields::read(R"({"a":1.5,"b":1e3,"c":9223372036854775808,"d":"1","e":12x})");
  REQUIRE(fields);
  for (auto name : {"a", "b", "c", "d", "e"})
    CHECK_FALSE(fields->integer(name));
}

TEST_CASE("times are those that exist") {
  auto time = [](const std::string& text) {
    auto json = R"({"at":")" + text + R"("})";
    return event_fields::read(json)->time("at");
  };
  CHECK(time("1970-01-01T00:00:00.000Z") == timestamp{});
  CHECK(time("2024-02-29T23:59:59.999Z") == timestamp{std::chrono::milliseconds{1'709'251'199'999}});
  for (auto wrong : {"2023-02-29T00:00:00.000Z", "2024-13-01T00:00:00.000Z", "2024-01-01T24:00:00.000Z",
                     "2024-01-01T00:00:60.000Z", "2024-01-01T00:00:00Z", "2024-01-01 00:00:00.000Z", "now", ""})
    CHECK_FALSE(time(wrong));
}

TEST_CASE("what is no object is refused") {
  for (auto wrong :
       {"", " ", "[]", "1", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\":\"",
        "{\"a\":[1}", "{\"a\":1}}", "{\"a\":1} x", "{a:1}", "{\"a\":\"\\\"}", "{,}", "{\"a\"::1}"}) {
    CAPTURE(wrong);
    auto fields = event_fields::read(wrong);
    CHECK((!fields || !fields->integer("a")));
  }
  CHECK_FALSE(event_fields::read("{\"a\":1"));
  CHECK_FALSE(event_fields::read("{\"a\":1} x"));
}

TEST_CASE("many members and deep values are refused") {
  std::string many = "{\"a0\":0";
  for (std::size_t i = 1; i <= event_fields::most_members; ++i)
    many += ",\"a" + std::to_string(i) + "\":0";
  CHECK_FALSE(event_fields::read(many + "}"));
  CHECK_FALSE(event_fields::read("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}"));
  CHECK(event_fields::read("{\"a\":" + std::string(16, '[') + std::string(16, ']') + "}"));
}

TEST_CASE("any change of an event's text is read or refused, never more than that") {
  const std::string good =
      R"({"room_id":1,"offset":2,"user_id":3,"text":"x\n\u0001 привет","key":"k","created_at":"2026-01-01T00:00:00.000Z"})";
  auto seed = test::random_seed();
  INFO("CALLBOARD_TEST_SEED=" << seed);
  test::random_source random{seed};
  for (int round = 0; round < 20'000; ++round) {
    auto text = good;
    for (auto changes = random.between(1, 4); changes > 0; --changes) {
      auto at = random.between(0, text.size() - 1);
      switch (random.between(0, 2)) {
      case 0:
        text[at] = static_cast<char>(random.between(0, 255));
        break;
      case 1:
        text.erase(at, random.between(1, 5));
        break;
      default:
        text.insert(at, 1, "{}[]\",:\\ 0"[random.between(0, 9)]);
      }
      if (text.empty())
        text = "{";
    }
    if (auto fields = event_fields::read(text)) {
      fields->integer("user_id");
      fields->text("key");
      fields->time("created_at");
    }
  }
}

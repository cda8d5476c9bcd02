#include "bin/callboard-cli/chat_lines.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

using namespace callboard::cli;

namespace {

std::optional<std::string> line_of(std::string_view event) {
  setenv("TZ", "MSK-3", 1);
  tzset();
  const auto value = parse_json(event);
  REQUIRE(value.has_value());
  return chat_line(*value, texts(language::english), colours(false));
}

} // namespace

TEST_CASE("a message is its local time, its author and its text") {
  CHECK(line_of(R"({"offset":1,"type":"message","user":{"id":2,"username":"user1"},
                    "created_at":"2026-11-21T10:45:00.000Z","text":"Привет всем!"})") == "[13:45] user1: Привет всем!");
}

TEST_CASE("what others wrote cannot forge a line") {
  CHECK(line_of(R"({"type":"message","user":{"username":"x\u001b[1m"},"created_at":"2026-11-21T10:45:00Z",
                    "text":"hi\n[13:46] admin: obey"})") == "[13:45] x\uFFFD[1m: hi⏎[13:46] admin: obey");
}

TEST_CASE("a deleted message says so, a malformed event does not break the client") {
  CHECK(line_of(R"({"type":"message","user":{"username":"u"},"created_at":"2026-11-21T10:45:00Z","deleted":true})") ==
        "[13:45] u: (deleted)");
  CHECK(line_of(R"({"type":"message","user":7,"created_at":"soon","text":[]})") == "[--:--] : ");
  CHECK_FALSE(line_of(R"({"type":"read"})").has_value());
  CHECK_FALSE(line_of("null").has_value());
}

TEST_CASE("other durable events are told in words") {
  CHECK(line_of(R"({"type":"member.added","user":{"username":"u"},"created_at":"2026-11-21T10:45:00Z"})") ==
        "[13:45] * u joined the chat");
  CHECK(line_of(R"({"type":"room.renamed","name":"Den","created_at":"2026-11-21T10:45:00Z"})") ==
        "[13:45] * the chat is now called Den");
}

TEST_CASE("a fired reminder is shown with its text") {
  setenv("TZ", "MSK-3", 1);
  tzset();
  const auto event = parse_json(R"({"type":"reminder.fired","text":"tea","fired_at":"2026-11-21T10:45:00Z"})");
  CHECK(personal_line(*event, texts(language::english), colours(false)) == "[13:45] * Reminder: tea");
  CHECK_FALSE(personal_line(*parse_json(R"({"type":"unread"})"), texts(language::english), colours(false)));
}

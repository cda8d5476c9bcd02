#include <algorithm>

#include "adapters/http/wire/form.hpp"
#include "adapters/http/wire/request_forms.hpp"
#include "adapters/http/wire/times.hpp"
#include "tests/wire/wire_support.hpp"

using namespace callboard;
using namespace callboard::http::wire;
using test::noon;

namespace {

boost::json::object object(std::string_view text) {
  return test::json_of(text).as_object();
}

/// "pointer code", sorted, of an error's fields.
std::vector<std::string> fields_of(const caf::error& error) {
  std::vector<std::string> lines;
  for (auto& field : context_of(error).fields)
    lines.push_back(field.pointer + ' ' + field.code);
  std::sort(lines.begin(), lines.end());
  return lines;
}

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("a form reads fields of their types") {
  auto body = object(R"({"a":"x","b":true,"c":7,"d":["p","q"]})");
  form fields{body};
  CHECK(fields.required_text("a") == "x");
  CHECK(fields.boolean("b") == true);
  CHECK(fields.required_number("c", 1, 7) == 7);
  CHECK(fields.required_texts("d") == lines{"p", "q"});
  CHECK_FALSE(fields.text("e").has_value());
  CHECK_FALSE(fields.failure());
}

TEST_CASE("a form tells everything that is wrong at once") {
  auto body = object(R"({"a":1,"b":"yes","c":1.5,"d":["p",2,null],"x/y~z":0,"n":null})");
  form fields{body};
  fields.text("a");
  fields.boolean("b");
  fields.number("c", 0);
  fields.texts("d");
  fields.text("n");
  fields.required_text("m");
  auto failure = fields.failure();
  CHECK(code_of(failure) == errc::validation_failed);
  CHECK(fields_of(failure) == lines{"/a type", "/b type", "/c type", "/d/1 type", "/d/2 type", "/m required", "/n type",
                                    "/x~1y~0z unknown_field"});
  for (auto& field : context_of(failure).fields)
    CHECK_FALSE(field.detail.empty());
}

TEST_CASE("numbers have bounds, and beyond 63 bits they are out of range") {
  for (auto text : {R"({"n":0})", R"({"n":8})", R"({"n":-1})", R"({"n":18446744073709551615})"}) {
    CAPTURE(text);
    auto body = object(text);
    form fields{body};
    CHECK_FALSE(fields.number("n", 1, 7).has_value());
    CHECK(fields_of(fields.failure()) == lines{"/n out_of_range"});
  }
  for (auto text : {R"({"n":"1"})", R"({"n":1.0})", R"({"n":true})", R"({"n":null})", R"({"n":[]})",
                    R"({"n":99999999999999999999})"}) {
    CAPTURE(text);
    auto body = object(text);
    form fields{body};
    CHECK_FALSE(fields.number("n", 1).has_value());
    CHECK(fields_of(fields.failure()) == lines{"/n type"});
  }
}

TEST_CASE("what is told of a hostile body is bounded") {
  boost::json::object body;
  for (int i = 0; i < 5000; ++i)
    body["field" + std::to_string(i)] = i;
  CHECK(context_of(form{body}.failure()).fields.size() == form::max_errors);
}

TEST_CASE("a room form") {
  auto room =
      read_room_form(object(R"({"name":"Crew","members":["a","b@c"],"kind":"public","guests_may_write":true})"));
  REQUIRE(room);
  CHECK(room->name == "Crew");
  CHECK(room->members == lines{"a", "b@c"});
  CHECK(room->kind == room_kind::open);
  CHECK(room->guests_may_write);
  auto plain = read_room_form(object(R"({"name":"x"})"));
  REQUIRE(plain);
  CHECK(plain->kind == room_kind::group);
  CHECK(plain->members.empty());
  auto wrong = read_room_form(object(R"({"members":"me","kind":"secret","guests_may_write":1,"topic":"x"})"));
  REQUIRE_FALSE(wrong);
  CHECK(fields_of(wrong.error()) == lines{"/guests_may_write type", "/kind unknown_kind", "/members type",
                                          "/name required", "/topic unknown_field"});
}

TEST_CASE("a reminder form") {
  auto by_time = read_reminder_form(
      object(
          R"({"text":"Tea","due_at":"2031-05-01T12:00:00+03:00","timezone":"Europe/Moscow","room_id":5,"email":true})"),
      noon);
  REQUIRE(by_time);
  CHECK(by_time->reminder.text == "Tea");
  CHECK(format_time(by_time->reminder.due_at) == "2031-05-01T09:00:00.000Z");
  CHECK(by_time->reminder.next_at == by_time->reminder.due_at);
  CHECK(by_time->reminder.timezone == "Europe/Moscow");
  CHECK(by_time->reminder.room == room_id{5});
  CHECK(by_time->reminder.email);
  auto by_duration = read_reminder_form(object(R"({"text":"Tea","in":"PT10M"})"), noon);
  REQUIRE(by_duration);
  CHECK(by_duration->reminder.due_at == noon + std::chrono::minutes{10});
  CHECK(by_duration->reminder.timezone == "UTC");
}

TEST_CASE("a bad reminder form is refused with its pointers") {
  struct row {
    const char* body;
    lines fields;
  };
  const row rows[] = {
      {R"({"in":"PT1M"})", {"/text required"}},
      {R"({"text":"x"})", {"/due_at required"}},
      {R"({"text":"x","in":"PT1M","due_at":"2031-01-01T00:00:00Z"})", {"/in conflict"}},
      {R"({"text":"x","in":"soon"})", {"/in format"}},
      {R"({"text":"x","in":60})", {"/in type"}},
      {R"({"text":"x","due_at":"tomorrow"})", {"/due_at format"}},
      {R"({"text":"x","due_at":1})", {"/due_at type"}},
      {R"({"text":5,"in":"","timezone":"Mars","room_id":"1","email":"yes","loud":true})",
       {"/email type", "/in format", "/loud unknown_field", "/room_id type", "/text type",
        "/timezone unknown_timezone"}},
      {R"({"text":"x","in":"PT1M","room_id":0})", {"/room_id out_of_range"}},
  };
  for (auto& [text, fields] : rows) {
    CAPTURE(text);
    auto form = read_reminder_form(object(text), noon);
    REQUIRE_FALSE(form);
    CHECK(code_of(form.error()) == errc::validation_failed);
    CHECK(fields_of(form.error()) == fields);
  }
  auto repeated = read_reminder_form(object(R"({"text":"x","in":"PT1M","rrule":"FREQ=DAILY"})"), noon);
  REQUIRE_FALSE(repeated);
  CHECK(code_of(repeated.error()) == errc::not_available);
}

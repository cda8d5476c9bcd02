// The body of a REST request: JSON as the edge takes it, its canonical form, and the forms of rooms and reminders.
//
// Always so: an accepted body is an object without a name twice, in valid UTF-8, that the parser of WebSocket commands
// takes too; its canonical form means the same and is its own canonical form. A form is filled in, with texts in UTF-8
// and a time that can be written down, or refused with one to fifty fields to blame, each by a pointer.
#include <simdjson.h>

#include "adapters/http/rest/canonical_json.hpp"
#include "adapters/http/strict_json.hpp"
#include "adapters/http/text.hpp"
#include "adapters/http/wire/request_forms.hpp"
#include "adapters/http/wire/times.hpp"
#include "tests/fuzz/support.hpp"

using namespace callboard;
using namespace callboard::http;
using fuzz::require;

namespace {

constexpr timestamp noon{std::chrono::milliseconds{1'777'626'000'000}}; // 2026-05-01T09:00:00Z

void check_names(simdjson::dom::element value) {
  if (value.is_array())
    for (auto item : simdjson::dom::array{value})
      check_names(item);
  if (!value.is_object())
    return;
  std::vector<std::string_view> names;
  for (auto [name, content] : simdjson::dom::object{value}) {
    names.push_back(name);
    check_names(content);
  }
  std::sort(names.begin(), names.end());
  require(std::adjacent_find(names.begin(), names.end()) == names.end());
}

void check_refusal(const caf::error& error) {
  auto code = code_of(error);
  require(code == errc::validation_failed || code == errc::not_available);
  auto context = context_of(error);
  require(context.fields.size() <= wire::form::max_errors && !context.detail.empty());
  require(code != errc::validation_failed || !context.fields.empty());
  for (const auto& field : context.fields)
    require(field.pointer.starts_with('/') && is_utf8(field.pointer) && !field.code.empty() && !field.detail.empty());
}

void check_forms(const boost::json::object& body) {
  if (auto room = wire::read_room_form(body)) {
    require(is_utf8(room->name) && body.contains("name"));
    for (const auto& name : room->members)
      require(is_utf8(name));
  } else {
    check_refusal(room.error());
  }
  if (auto wanted = wire::read_reminder_form(body, noon)) {
    const auto& reminder = wanted->reminder;
    require(is_utf8(reminder.text) && wire::is_timezone(reminder.timezone) && number_of(reminder.room) >= 0);
    require(wire::parse_time(wire::format_time(reminder.due_at)) == reminder.due_at);
    require(body.contains("due_at") != body.contains("in"));
  } else {
    check_refusal(wanted.error());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::text_of(data, size);
  auto body = parse_strict_object(text);
  if (!body) {
    require(code_of(body.error()) == errc::bad_request);
    return 0;
  }
  require(is_utf8(text));
  simdjson::dom::parser other;
  simdjson::dom::element value;
  auto failure = other.parse(text.data(), text.size()).get(value);
  require(failure == simdjson::SUCCESS || failure == simdjson::NUMBER_ERROR); // a number that only a double can hold
  if (failure == simdjson::SUCCESS)
    check_names(value);

  auto canonical = rest::canonical_json(*body);
  auto again = parse_strict_object(canonical);
  require(again.engaged());
  const bool has_fraction = canonical.find('E') != std::string::npos; // Boost.JSON may read one with another last bit
  require(has_fraction || (*again == *body && rest::canonical_json(*again) == canonical));
  check_forms(*body);
  return 0;
}

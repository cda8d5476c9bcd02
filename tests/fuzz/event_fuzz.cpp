// Events on their way out: publications of a room and of a user's own channel as WebSocket frames, and the object of an
// event in the log.
//
// Always so: what comes out is JSON in valid UTF-8, an object a line, and says what was put in, bytes that are no UTF-8
// as U+FFFD; a time is read back as it was; an event of the log, whose texts were checked before, says them as they
// are.
#include "adapters/http/wire/centrifuge_json.hpp"
#include "adapters/http/wire/times.hpp"
#include "adapters/sql/event_json.hpp"
#include "tests/fuzz/encoding.hpp"

using namespace callboard;
using fuzz::as_utf8;
using fuzz::has_number;
using fuzz::has_text;
using fuzz::require;

namespace {

constexpr std::size_t most_events = 4;

const http::wire::centrifuge_json& protocol() {
  static const http::wire::centrifuge_json made{"epoch", "version"};
  return made;
}

/// A time of the years 0000 to 9999, which RFC 3339 can hold.
timestamp read_time(fuzz::input& input) {
  constexpr std::int64_t least = -62'167'219'200'000, most = 253'402'300'799'999;
  auto number = input.number(6);
  return timestamp{std::chrono::milliseconds{least + static_cast<std::int64_t>(number % (most - least + 1))}};
}

bool has_time(const boost::json::object& object, std::string_view name, timestamp time) {
  return has_text(object, name, http::wire::format_time(time));
}

room_event read_room_event(fuzz::input& input) {
  room_event event;
  event.kind = static_cast<event_kind>(input.byte() % 7);
  event.offset = input.number();
  event.actor = user_id{static_cast<std::int64_t>(input.number())};
  event.created_at = read_time(input);
  event.reply_to = input.number(2);
  event.target = user_id{static_cast<std::int64_t>(input.number(4))};
  event.actor_name = input.text();
  event.text = input.text();
  event.key = input.text();
  event.target_name = input.text();
  event.sent_by = input.text();
  return event;
}

void check_room_event(const boost::json::object& data, const room_event& event) {
  require(has_number(data, "offset", event.offset) && has_text(data, "type", to_string(event.kind)));
  const auto& user = data.at("user").as_object();
  require(has_number(user, "id", number_of(event.actor)) && has_text(user, "username", as_utf8(event.actor_name)));
  require(has_time(data, "created_at", event.created_at));
  if (event.kind == event_kind::room_renamed) {
    require(has_text(data, "name", as_utf8(event.text)));
  } else if (event.kind == event_kind::member_added || event.kind == event_kind::member_removed) {
    const auto& subject = data.at("member").as_object();
    require(has_number(subject, "id", number_of(event.target)) &&
            has_text(subject, "username", as_utf8(event.target_name)));
  } else {
    require(has_text(data, "text", as_utf8(event.text)));
    require(event.key.empty() ? !data.contains("key") : has_text(data, "key", as_utf8(event.key)));
    require(event.sent_by.empty() ? !data.contains("sent_by") : has_text(data, "sent_by", as_utf8(event.sent_by)));
    require(event.reply_to == 0 ? !data.contains("reply_to") : has_number(data, "reply_to", event.reply_to));
  }
}

personal_event read_personal_event(fuzz::input& input) {
  personal_event event;
  event.kind = static_cast<personal_kind>(input.byte() % 3);
  event.offset = input.number();
  event.subject = static_cast<std::int64_t>(input.number());
  event.created_at = read_time(input);
  event.due_at = read_time(input);
  event.fired_at = read_time(input);
  event.text = input.text();
  return event;
}

void check_personal_event(const boost::json::object& data, const personal_event& event) {
  require(has_text(data, "type", to_string(event.kind)));
  if (event.kind != personal_kind::reminder_fired) {
    const auto& room = data.at("room").as_object();
    require(has_number(room, "id", event.subject) && has_text(room, "name", as_utf8(event.text)));
    return;
  }
  require(has_number(data, "reminder_id", event.subject) && has_text(data, "text", as_utf8(event.text)));
  require(has_time(data, "due_at", event.due_at) && has_time(data, "fired_at", event.fired_at));
  require(data.at("late_ms").as_int64() >= 0);
}

/// `check` for the data of each publication of a frame.
template <class Event>
void check_frame(const shared_bytes& frame, std::string_view channel, const std::vector<Event>& events,
                 void (*check)(const boost::json::object&, const Event&)) {
  auto lines = fuzz::payload_of(*frame);
  for (const auto& event : events) {
    auto end = std::min(lines.find('\n'), lines.size());
    auto value = fuzz::json_of(lines.substr(0, end));
    const auto& push = value.as_object().at("push").as_object();
    require(has_text(push, "channel", channel));
    const auto& publication = push.at("pub").as_object();
    require(event.offset == 0 ? !publication.contains("offset") : has_number(publication, "offset", event.offset));
    check(publication.at("data").as_object(), event);
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  require(lines.empty());
}

void check_log(const room_event& event) {
  if (!http::is_utf8(event.text))
    return;
  auto text = sql::event_json{}
                  .add("text", event.text)
                  .add("at", event.created_at)
                  .add("user", event.actor)
                  .add("offset", event.offset)
                  .add("late", event.reply_to > 0)
                  .add_list("members", std::vector<user_id>{event.actor, event.target})
                  .take();
  auto value = fuzz::json_of(text);
  const auto& object = value.as_object();
  require(has_text(object, "text", event.text) && has_time(object, "at", event.created_at));
  require(has_number(object, "user", number_of(event.actor)) && has_number(object, "offset", event.offset));
  require(object.at("late").as_bool() == (event.reply_to > 0));
  require(object.at("members").as_array().at(1) == boost::json::value(number_of(event.target)));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input input{data, size};
  if (input.byte() % 2 == 0) {
    std::vector<room_event> events;
    do
      events.push_back(read_room_event(input));
    while (!input.rest().empty() && events.size() < most_events);
    check_frame(protocol().encode_events(room_id{5}, events.data(), events.data() + events.size()), "room:5", events,
                check_room_event);
    check_log(events.front());
    auto time = events.front().created_at;
    require(http::wire::parse_time(http::wire::format_time(time)) == time);
  } else {
    std::vector<personal_event> events;
    do
      events.push_back(read_personal_event(input));
    while (!input.rest().empty() && events.size() < most_events);
    check_frame(protocol().encode_personal(user_id{7}, events), "user:7", events, check_personal_event);
  }
  return 0;
}

#include "adapters/http/text.hpp"
#include "tests/wire/wire_support.hpp"

using namespace callboard;
using namespace callboard::http::wire;
using namespace callboard::http::wire::test;

namespace {

room_event message(stream_offset offset, std::string text) {
  room_event event;
  event.offset = offset;
  event.actor = user_id{7};
  event.actor_name = "ann";
  event.created_at = noon;
  event.text = std::move(text);
  return event;
}

uuid id_of(std::uint8_t last) {
  auto id = *parse_uuid("0190b9a0-7f3e-7cc2-8f6b-012345678900");
  id.bytes[15] = last;
  return id;
}

user_view ann() {
  user_view user;
  user.id = user_id{7};
  user.username = "ann";
  user.created_at = noon;
  user.email = "ann@example.com";
  user.locale = "en";
  user.timezone = "UTC";
  return user;
}

std::string reply_text(std::uint32_t id, const reply& body) {
  return payload_of(protocol().encode_reply(id, body));
}

} // namespace

TEST_CASE("a publication is written byte for byte") {
  auto event = message(5, "hi \"there\"\n");
  event.key = "k1";
  event.reply_to = 3;
  CHECK(payload_of(protocol().encode_events(room_id{12}, &event, &event + 1)) ==
        R"({"push":{"channel":"room:12","pub":{"data":{"offset":5,"type":"message","user":{"id":7,"username":"ann"},)"
        R"("created_at":"2026-05-01T09:00:00.000Z","text":"hi \"there\"\n","key":"k1","reply_to":3},)"
        R"("info":{"user":"7"},"offset":5,"time":1777626000000}}})");
}

TEST_CASE("several publications share a frame, one a line") {
  std::vector<room_event> events{message(1, "a\nb"), message(2, ""), message(3, "c")};
  auto payload = payload_of(protocol().encode_events(room_id{1}, events.data(), events.data() + events.size()));
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin <= payload.size();) {
    auto end = std::min(payload.find('\n', begin), payload.size());
    lines.push_back(payload.substr(begin, end - begin));
    begin = end + 1;
  }
  REQUIRE(lines.size() == 3);
  for (std::size_t i = 0; i < lines.size(); ++i)
    CHECK(json_of(lines[i]).at("push").at("pub").at("offset") == i + 1);
}

TEST_CASE("long frames have long headers") {
  for (std::size_t size : {10u, 200u, 70'000u}) {
    auto event = message(1, std::string(size, 'x'));
    auto value = json_of(protocol().encode_events(room_id{1}, &event, &event + 1));
    CHECK(value.at("push").at("pub").at("data").at("text").as_string().size() == size);
  }
}

TEST_CASE("events carry what their type has") {
  room_event event = message(9, "");
  event.kind = event_kind::member_added;
  event.target = user_id{8};
  event.target_name = "bob";
  auto data = json_of(protocol().encode_events(room_id{1}, &event, &event + 1)).at("push").at("pub").at("data");
  CHECK(data == json_of(R"({"offset":9,"type":"member.added","user":{"id":7,"username":"ann"},
                            "created_at":"2026-05-01T09:00:00.000Z","member":{"id":8,"username":"bob"}})"));
  event.kind = event_kind::room_renamed;
  event.text = "Crew";
  data = json_of(protocol().encode_events(room_id{1}, &event, &event + 1)).at("push").at("pub").at("data");
  CHECK(data == json_of(R"({"offset":9,"type":"room.renamed","user":{"id":7,"username":"ann"},
                            "created_at":"2026-05-01T09:00:00.000Z","name":"Crew"})"));
  event = message(2, "x");
  event.sent_by = "root";
  data = json_of(protocol().encode_events(room_id{1}, &event, &event + 1)).at("push").at("pub").at("data");
  CHECK(data.at("sent_by") == "root");
}

TEST_CASE("connect answers all that is promised") {
  connected_reply body;
  body.client = id_of(1);
  body.session = id_of(2);
  body.user = ann();
  body.ttl_seconds = 870;
  body.node = "node-1";
  body.channel = "user:7";
  body.position = {4, true, true};
  personal_event added;
  added.offset = 4;
  added.subject = 12;
  added.text = "Crew";
  added.created_at = noon;
  body.publications = {added};
  CHECK(json_of(reply_text(1, body)) == json_of(R"({"id":1,"connect":{
    "client":"0190b9a0-7f3e-7cc2-8f6b-012345678901","version":"callboard 0.1","expires":true,"ttl":870,
    "data":{"user":{"id":7,"username":"ann","full_name":"","role":"user","created_at":"2026-05-01T09:00:00.000Z",
                    "email":"ann@example.com","email_verified":false,"locale":"en","timezone":"UTC"}},
    "subs":{"user:7":{"recoverable":true,"epoch":"epoch-1","recovered":true,"offset":4,"positioned":true,
                      "was_recovering":true,"publications":[{"data":{"type":"room.added","room":{"id":12,"name":"Crew"}},
                      "offset":4,"time":1777626000000}]}},
    "ping":25,"pong":true,"session":"0190b9a0-7f3e-7cc2-8f6b-012345678902","node":"node-1"}})"));
}

TEST_CASE("zero and empty values are left out of replies") {
  CHECK(reply_text(3, subscribed_reply{"room:1", {}, {}}) ==
        R"({"id":3,"subscribe":{"recoverable":true,"epoch":"epoch-1","positioned":true}})");
  CHECK(reply_text(4, history_reply{}) == R"({"id":4,"history":{"epoch":"epoch-1"}})");
  CHECK(reply_text(5, presence_reply{}) == R"({"id":5,"presence":{}})");
  CHECK(reply_text(6, presence_stats_reply{}) == R"({"id":6,"presence_stats":{}})");
  CHECK(reply_text(7, published_reply{}) == R"({"id":7,"publish":{}})");
  CHECK(reply_text(8, unsubscribed_reply{}) == R"({"id":8,"unsubscribe":{}})");
  CHECK(reply_text(9, pinged_reply{}) == R"({"id":9,"ping":{}})");
  CHECK(reply_text(10, sub_refreshed_reply{}) == R"({"id":10,"sub_refresh":{}})");
}

TEST_CASE("subscribe answers position and what was recovered") {
  subscribed_reply body{"room:1", {6, true, true}, {message(5, "a"), message(6, "b")}};
  auto value = json_of(reply_text(2, body)).at("subscribe");
  CHECK(value.at("offset") == 6);
  CHECK(value.at("recovered") == true);
  CHECK(value.at("was_recovering") == true);
  auto& publications = value.at("publications").as_array();
  REQUIRE(publications.size() == 2);
  CHECK(publications[0].at("data").at("text") == "a");
  CHECK(publications[1].at("info").at("user") == "7");
}

TEST_CASE("the other replies") {
  CHECK(json_of(reply_text(1, presence_reply{{{user_id{7}, "ann", id_of(1)}}})) == json_of(R"({"id":1,"presence":
    {"presence":{"0190b9a0-7f3e-7cc2-8f6b-012345678901":{"user":"7","client":"0190b9a0-7f3e-7cc2-8f6b-012345678901",
                 "conn_info":{"username":"ann"}}}}})"));
  CHECK(reply_text(2, presence_stats_reply{3, 2}) == R"({"id":2,"presence_stats":{"num_clients":3,"num_users":2}})");
  CHECK(
      reply_text(3, refreshed_reply{id_of(1), 870}) ==
      R"({"id":3,"refresh":{"client":"0190b9a0-7f3e-7cc2-8f6b-012345678901","version":"callboard 0.1","expires":true,"ttl":870}})");
  CHECK(reply_text(4, unread_reply{0}) == R"({"id":4,"rpc":{"data":{"unread":0}}})");
  CHECK(reply_text(5, appended{8, noon, false, true}) ==
        R"({"id":5,"rpc":{"data":{"offset":8,"created_at":"2026-05-01T09:00:00.000Z","duplicate":false}}})");
  personal_history_reply history;
  history.offset = 9;
  CHECK(reply_text(6, history) == R"({"id":6,"history":{"epoch":"epoch-1","offset":9}})");
}

TEST_CASE("rooms and reminders in rpc answers") {
  room_view room;
  room.id = room_id{3};
  room.name = "Crew";
  room.created_by = user_id{7};
  room.created_at = noon;
  room.member_count = 2;
  room.my_role = member_role::owner;
  CHECK(json_of(reply_text(1, room)).at("rpc").at("data") ==
        json_of(R"({"id":3,"name":"Crew","kind":"group","created_by":7,"created_at":"2026-05-01T09:00:00.000Z",
                    "member_count":2,"last_offset":0,"my_role":"owner","unread":0})"));
  room.my_role = member_role::none;
  room.kind = room_kind::open;
  room.last_message = message(4, "last");
  auto data = json_of(reply_text(1, page<room_view>{{room}, "12.3"})).at("rpc").at("data");
  CHECK(data.at("next_cursor") == "12.3");
  CHECK(data.at("items").at(0).at("my_role").is_null());
  CHECK(data.at("items").at(0).at("kind") == "public");
  CHECK(data.at("items").at(0).at("last_message").at("text") == "last");
  reminder_record reminder;
  reminder.id = reminder_id{5};
  reminder.text = "Tea";
  reminder.due_at = reminder.next_at = reminder.created_at = noon;
  reminder.timezone = "UTC";
  CHECK(json_of(reply_text(1, reminder)).at("rpc").at("data") ==
        json_of(R"({"id":5,"text":"Tea","due_at":"2026-05-01T09:00:00.000Z","next_at":"2026-05-01T09:00:00.000Z",
                    "timezone":"UTC","state":"scheduled","fired_count":0,"created_at":"2026-05-01T09:00:00.000Z"})"));
  CHECK(json_of(reply_text(1, page<reminder_record>{})).at("rpc").at("data") ==
        json_of(R"({"items":[],"next_cursor":null})"));
}

TEST_CASE("personal publications") {
  personal_event fired;
  fired.offset = 2;
  fired.kind = personal_kind::reminder_fired;
  fired.subject = 5;
  fired.text = "Tea";
  fired.created_at = fired.fired_at = noon + std::chrono::milliseconds{120};
  fired.due_at = noon;
  fired.fire_seq = 1;
  CHECK(json_of(protocol().encode_personal(user_id{7}, {fired})) == json_of(R"({"push":{"channel":"user:7","pub":{
    "data":{"type":"reminder.fired","reminder_id":5,"text":"Tea","due_at":"2026-05-01T09:00:00.000Z",
            "fired_at":"2026-05-01T09:00:00.120Z","fire_seq":1,"late_ms":120},"offset":2,"time":1777626000120}}})"));
  fired.fired_at = noon - std::chrono::milliseconds{3};
  CHECK(json_of(protocol().encode_personal(user_id{7}, {fired})).at("push").at("pub").at("data").at("late_ms") == 0);
}

TEST_CASE("pushes that are no publications of a log") {
  CHECK(payload_of(protocol().encode_session_revoked(user_id{7}, "revoked")) ==
        R"({"push":{"channel":"user:7","pub":{"data":{"type":"session.revoked","reason":"revoked"}}}})");
  CHECK(payload_of(protocol().encode_unsubscribe(room_id{1}, 2000, "removed")) ==
        R"({"push":{"channel":"room:1","unsubscribe":{"code":2000,"reason":"removed"}}})");
  client_info who{user_id{7}, "ann", id_of(1)};
  auto info = json_of(R"({"user":"7","client":"0190b9a0-7f3e-7cc2-8f6b-012345678901","conn_info":{"username":"ann"}})");
  CHECK(json_of(protocol().encode_presence_change(room_id{1}, who, true)).at("push").at("join").at("info") == info);
  CHECK(json_of(protocol().encode_presence_change(room_id{1}, who, false)).at("push").at("leave").at("info") == info);
}

TEST_CASE("errors carry the protocol's code and REST's") {
  auto text = [](const caf::error& error) { return payload_of(protocol().encode_error(9, error)); };
  CHECK(text(make_failure(errc::unknown_members, "these users do not exist: bob")) ==
        R"({"id":9,"error":{"code":107,"message":"unknown_members: these users do not exist: bob"}})");
  CHECK(text(make_failure(errc::unavailable)) ==
        R"({"id":9,"error":{"code":100,"message":"unavailable: A dependency does not answer","temporary":true}})");
  CHECK(json_of(text(make_failure(errc::too_many_requests))).at("error").at("code") == 111);
  CHECK(json_of(text(make_failure(errc::validation_failed, "2 fields are wrong",
                                  {{"/name", "length", "is too long"}, {"/kind", "type", "must be a text"}})))
            .at("error")
            .at("message") == "validation_failed: /name is too long; /kind must be a text");
  auto inside = text(make_failure(errc::internal, "SELECT secret FROM users"));
  CHECK(inside.find("SELECT") == std::string::npos);
  CHECK(json_of(text(caf::make_error(caf::sec::request_timeout))).at("error").at("code") == 100);
  CHECK(json_of(text(caf::error{})).at("error").at("code") == 100);
}

TEST_CASE("messages of errors are bounded and stay UTF-8") {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string detail(shift, 'x');
    for (int i = 0; i < 1000; ++i)
      detail += "🎭";
    auto message = message_of(make_failure(errc::conflict, detail));
    CHECK(message.size() <= 512);
    CHECK(message.size() > 500);
    CHECK(http::is_utf8(message));
  }
}

TEST_CASE("the estimated size of an event is near the real one") {
  for (std::size_t size : {0u, 10u, 1'000u, 4'000u}) {
    auto event = message(1'000'000, std::string(size, 'x'));
    auto real = protocol().encode_events(room_id{1'000}, &event, &event + 1)->size();
    auto estimate = protocol().size_of(event);
    CHECK(estimate >= real - 60);
    CHECK(estimate <= real + 60);
  }
}

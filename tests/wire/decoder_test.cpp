#include "adapters/http/wire/protocol_commands.hpp"
#include "tests/wire/wire_support.hpp"

using namespace callboard;
using namespace callboard::http;
using namespace callboard::http::wire;
using namespace callboard::http::wire::test;

namespace {

decoded_frame decode(std::string_view frame, std::size_t most = 64) {
  return protocol().decode(frame, most);
}

template <class Body>
Body only(std::string_view frame) {
  CAPTURE(frame);
  auto decoded = decode(frame);
  REQUIRE_FALSE(decoded.violation);
  REQUIRE(decoded.commands.size() == 1);
  auto* body = std::get_if<Body>(&decoded.commands[0].body);
  REQUIRE(body != nullptr);
  return std::move(*body);
}

errc refusal(std::string_view frame) {
  return code_of(only<refused_command>(frame).reason);
}

std::string rpc(std::string_view method, std::string_view data) {
  return R"({"id":3,"rpc":{"method":")" + std::string{method} + R"(","data":)" + std::string{data} + "}}";
}

} // namespace

TEST_CASE("connect") {
  auto wanted = only<connect_command>(
      R"({"id":1,"connect":{"token":"t","data":{"a":[1]},"name":"js","version":"5","headers":{},"flag":3,)"
      R"("subs":{"user:7":{"recover":true,"epoch":"e","offset":12},"room:1":{}}}})");
  CHECK(wanted.token == "t");
  REQUIRE(wanted.personal);
  CHECK(wanted.personal->recover);
  CHECK(wanted.personal->offset == 12);
  CHECK(wanted.personal->epoch == "e");
}

TEST_CASE("connect without a position, or with one that is not clear") {
  CHECK_FALSE(only<connect_command>(R"({"id":1,"connect":{"token":"t"}})").personal);
  CHECK_FALSE(only<connect_command>(R"({"id":1,"connect":{"token":"t","subs":{}}})").personal);
  CHECK_FALSE(only<connect_command>(R"({"id":1,"connect":{"token":"t","subs":null}})").personal);
  CHECK_FALSE(
      only<connect_command>(R"({"id":1,"connect":{"subs":{"user:7":{"offset":1},"user:8":{"offset":2}}}})").personal);
  CHECK(only<connect_command>(R"({"id":1,"connect":{}})").token.empty());
}

TEST_CASE("subscribe") {
  auto wanted = only<subscribe_command>(
      R"({"id":4294967295,"subscribe":{"channel":"room:5","recover":true,"epoch":"e","offset":18446744073709551615,)"
      R"("join_leave":true,"flag":1,"token":"","delta":"fossil","data":{}}})");
  CHECK(wanted.channel.room == room_id{5});
  CHECK(wanted.channel.user == user_id{});
  CHECK(wanted.recovery.recover);
  CHECK(wanted.recovery.offset == ~stream_offset{0});
  CHECK(wanted.join_leave);
  auto plain = only<subscribe_command>(R"({"id":2,"subscribe":{"channel":"user:9","offset":null}})");
  CHECK(plain.channel.user == user_id{9});
  CHECK_FALSE(plain.recovery.recover);
  CHECK(plain.recovery.offset == 0);
}

TEST_CASE("channel names are strict") {
  CHECK(parse_channel("room:9223372036854775807").room == room_id{9223372036854775807});
  for (auto name : {"",
                    "room:",
                    "room:0",
                    "room:01",
                    "room:-1",
                    "room:+1",
                    "room:1x",
                    "room: 1",
                    "room:1 ",
                    "ROOM:1",
                    "room:9223372036854775808",
                    "room:99999999999999999999",
                    "user:abc",
                    "room:1:2",
                    "room",
                    "user:",
                    "$room:1",
                    "chat:1",
                    "комната:1",
                    "room:１"}) {
    CAPTURE(name);
    auto channel = parse_channel(name);
    CHECK(number_of(channel.room) == 0);
    CHECK(number_of(channel.user) == 0);
  }
}

TEST_CASE("publish") {
  auto wanted = only<post_command>(
      R"({"id":2,"publish":{"channel":"room:5","data":{"text":"a\u0000\ud83c\udfad","key":"k","reply_to":4,"x":1}}})");
  CHECK(wanted.channel.room == room_id{5});
  CHECK(wanted.text == std::string("a\0🎭", 6));
  CHECK(wanted.key == "k");
  CHECK(wanted.reply_to == 4);
  CHECK_FALSE(wanted.rpc);
}

TEST_CASE("the small commands") {
  CHECK(only<unsubscribe_command>(R"({"id":2,"unsubscribe":{"channel":"room:5"}})").channel.room == room_id{5});
  CHECK(only<refresh_command>(R"({"id":2,"refresh":{"token":"t"}})").token == "t");
  CHECK_FALSE(only<presence_command>(R"({"id":2,"presence":{"channel":"room:5"}})").stats_only);
  CHECK(only<presence_command>(R"({"id":2,"presence_stats":{"channel":"room:5"}})").stats_only);
  only<send_command>(R"({"send":{"data":{"x":1}}})");
  only<send_command>(R"({"id":5,"send":{}})");
}

TEST_CASE("history") {
  auto wanted = only<history_command>(
      R"({"id":2,"history":{"channel":"room:5","limit":7,"since":{"offset":3,"epoch":"e"},"reverse":true}})");
  CHECK(wanted.limit == 7);
  CHECK(wanted.has_since);
  CHECK(wanted.since == 3);
  CHECK(wanted.reverse);
  auto plain = only<history_command>(R"({"id":2,"history":{"channel":"room:5"}})");
  CHECK(plain.limit == 0);
  CHECK_FALSE(plain.has_since);
  CHECK(only<history_command>(R"({"id":2,"history":{"channel":"room:5","since":{}}})").has_since);
  CHECK(only<history_command>(R"({"id":2,"history":{"channel":"room:5","limit":-1}})").limit == 4294967295u);
  CHECK(only<history_command>(R"({"id":2,"history":{"channel":"room:5","limit":9999999999}})").limit == 4294967295u);
}

TEST_CASE("rpc methods") {
  auto sent =
      only<post_command>(rpc("message.send", R"({"room_id":5,"text":"x","key":"k","reply_to":2,"confirm":true})"));
  CHECK(sent.rpc);
  CHECK(sent.channel.room == room_id{5});
  CHECK(sent.key == "k");
  CHECK(only<post_command>(rpc("message.send", R"({"room_id":-1,"text":"x"})")).channel.room == room_id{});
  CHECK(only<list_rooms_command>(R"({"id":3,"rpc":{"method":"room.list"}})").limit == 50);
  auto rooms = only<list_rooms_command>(rpc("room.list", R"({"limit":200,"cursor":"c"})"));
  CHECK(rooms.limit == 200);
  CHECK(rooms.cursor == "c");
  CHECK(only<mark_read_command>(rpc("room.read", R"({"room_id":5,"offset":0})")).room == room_id{5});
  CHECK(only<create_room_command>(rpc("room.create", R"({"name":"n","members":["a"]})")).members.size() == 1);
  auto reminder = only<create_reminder_command>(rpc("reminder.create", R"({"text":"t","in":"PT1H"})"));
  CHECK(reminder.reminder.due_at == noon + std::chrono::hours{1});
  CHECK(only<list_reminders_command>(rpc("reminder.list", "null")).limit == 50);
  CHECK(only<cancel_reminder_command>(rpc("reminder.cancel", R"({"id":9})")).id == reminder_id{9});
}

TEST_CASE("an rpc's bad data refuses it alone") {
  struct row {
    const char* method;
    const char* data;
    errc code;
  };
  const row rows[] = {
      {"message.send", "{}", errc::bad_request},
      {"message.send", R"({"room_id":"1","text":"x"})", errc::bad_request},
      {"message.send", R"({"room_id":1})", errc::bad_request},
      {"message.send", R"({"room_id":1,"text":null})", errc::bad_request},
      {"message.send", R"({"room_id":1.0,"text":"x"})", errc::bad_request},
      {"message.send", R"({"room_id":18446744073709551615,"text":"x"})", errc::bad_request},
      {"message.send", "[]", errc::bad_request},
      {"message.send", R"("x")", errc::bad_request},
      {"room.list", R"({"limit":"x"})", errc::bad_request},
      {"room.list", R"({"limit":0})", errc::bad_request},
      {"room.list", R"({"limit":201})", errc::bad_request},
      {"room.list", R"({"cursor":1})", errc::bad_request},
      {"room.read", R"({"room_id":1})", errc::bad_request},
      {"room.read", R"({"room_id":1,"offset":-1})", errc::bad_request},
      {"room.read", R"({"room_id":0,"offset":1})", errc::not_found},
      {"room.create", R"({"name":5})", errc::validation_failed},
      {"room.create", R"({"name":"x","members":"y"})", errc::validation_failed},
      {"room.create", R"({"name":"x","topic":"y"})", errc::validation_failed},
      {"room.create", R"({"name":"x","name":"y"})", errc::bad_request},
      {"reminder.create", R"({"text":"x"})", errc::validation_failed},
      {"reminder.create", R"({"text":"x","in":"soon"})", errc::validation_failed},
      {"reminder.create", R"({"text":"x","in":"PT1M","rrule":"FREQ=DAILY"})", errc::not_available},
      {"reminder.cancel", "{}", errc::bad_request},
      {"reminder.cancel", R"({"id":"1"})", errc::bad_request},
      {"reminder.cancel", R"({"id":0})", errc::not_found},
      {"message.edit", "{}", errc::unknown_method},
      {"room.typing", "{}", errc::unknown_method},
      {"ROOM.LIST", "{}", errc::unknown_method},
      {"room.list ", "{}", errc::unknown_method},
      {"", "{}", errc::unknown_method},
  };
  for (auto& [method, data, code] : rows) {
    CAPTURE(method);
    CAPTURE(data);
    CHECK(refusal(rpc(method, data)) == code);
  }
}

TEST_CASE("a wrong type refuses its command with its id") {
  for (auto frame : {R"({"id":3,"rpc":[]})",
                     R"({"id":3,"rpc":5})",
                     R"({"id":3,"rpc":{"method":5}})",
                     R"({"id":3,"connect":[]})",
                     R"({"id":3,"connect":{"token":5}})",
                     R"({"id":3,"connect":{"subs":[]}})",
                     R"({"id":3,"connect":{"subs":{"user:1":5}}})",
                     R"({"id":3,"connect":{"subs":{"user:1":{"offset":"x"}}}})",
                     R"({"id":3,"subscribe":"room:1"})",
                     R"({"id":3,"subscribe":{}})",
                     R"({"id":3,"subscribe":{"channel":5}})",
                     R"({"id":3,"subscribe":{"channel":null}})",
                     R"({"id":3,"subscribe":{"channel":"room:1","recover":"yes"}})",
                     R"({"id":3,"subscribe":{"channel":"room:1","recover":1}})",
                     R"({"id":3,"subscribe":{"channel":"room:1","offset":"x"}})",
                     R"({"id":3,"subscribe":{"channel":"room:1","offset":-5}})",
                     R"({"id":3,"subscribe":{"channel":"room:1","offset":1.5}})",
                     R"({"id":3,"subscribe":{"channel":"room:1","epoch":5}})",
                     R"({"id":3,"subscribe":{"channel":"room:1","channel":"room:2"}})",
                     R"({"id":3,"publish":{"channel":"room:1"}})",
                     R"({"id":3,"publish":{"channel":"room:1","data":null}})",
                     R"({"id":3,"publish":{"channel":"room:1","data":"x"}})",
                     R"({"id":3,"publish":{"channel":"room:1","data":[]}})",
                     R"({"id":3,"publish":{"channel":"room:1","data":{}}})",
                     R"({"id":3,"publish":{"channel":"room:1","data":{"text":5}}})",
                     R"({"id":3,"publish":{"channel":"room:1","data":{"text":"x","key":5}}})",
                     R"({"id":3,"publish":{"channel":"room:1","data":{"text":"x","reply_to":"1"}}})",
                     R"({"id":3,"publish":{"channel":"room:1","data":{"text":"x","text":"y"}}})",
                     R"({"id":3,"history":{"channel":"room:1","limit":"x"}})",
                     R"({"id":3,"history":{"channel":"room:1","limit":1.5}})",
                     R"({"id":3,"history":{"channel":"room:1","since":3}})",
                     R"({"id":3,"history":{"channel":"room:1","since":{"offset":-1}}})",
                     R"({"id":3,"history":{"channel":"room:1","since":{"epoch":1}}})",
                     R"({"id":3,"history":{"channel":"room:1","reverse":"yes"}})",
                     R"({"id":3,"refresh":{}})",
                     R"({"id":3,"refresh":{"token":5}})",
                     R"({"id":3,"unsubscribe":{}})",
                     R"({"id":3,"presence":true})",
                     R"({"id":3,"rpc":null})",
                     R"({"id":3})",
                     R"({"id":3,"rpc":{"method":"a","method":"b"}})",
                     R"({"id":3,"subscribe":{"channel":"room:1"},"publish":{"channel":"room:1"}})",
                     R"({"id":3,"subscribe":{"channel":"room:1"},"subscribe":{"channel":"room:1"}})"}) {
    CAPTURE(frame);
    auto decoded = decode(frame);
    REQUIRE_FALSE(decoded.violation);
    REQUIRE(decoded.commands.size() == 1);
    CHECK(decoded.commands[0].id == 3);
    auto* refused = std::get_if<refused_command>(&decoded.commands[0].body);
    REQUIRE(refused != nullptr);
    CHECK(code_of(refused->reason) == errc::bad_request);
    CHECK_FALSE(context_of(refused->reason).detail.empty());
  }
}

TEST_CASE("a command that is not known, and those that are seldom sent") {
  CHECK(refusal(R"({"id":3,"fly":{}})") == errc::unknown_method);
  CHECK(only<sub_refresh_command>(R"({"id":3,"sub_refresh":{"channel":"room:1","token":"t"}})").channel.room ==
        room_id{1});
  only<ping_command>(R"({"id":3,"ping":{}})");
  only<presence_command>(R"({"trace":"abc","id":3,"fly":{},"presence":{"channel":"room:1"},"rpc":null})");
}

TEST_CASE("what is not the protocol is a violation") {
  for (const auto& frame : std::vector<std::string>{"",
                                                    " ",
                                                    "\n\n",
                                                    "nonsense",
                                                    "{",
                                                    "}",
                                                    "[]",
                                                    "5",
                                                    "null",
                                                    "\"text\"",
                                                    "true",
                                                    "{}x",
                                                    "{\"id\":}",
                                                    "{\"id\":1,}",
                                                    "{'id':1}",
                                                    "{\"id\":1}{\"id\":2}",
                                                    "NaN",
                                                    R"({"id":"1","presence":{"channel":"room:1"}})",
                                                    R"({"id":-1,"rpc":{"method":"room.list"}})",
                                                    R"({"id":1.5,"rpc":{"method":"room.list"}})",
                                                    R"({"id":4294967296,"rpc":{"method":"room.list"}})",
                                                    R"({"id":0,"rpc":{"method":"room.list"}})",
                                                    R"({"id":null,"rpc":{"method":"room.list"}})",
                                                    R"({"id":true,"rpc":{"method":"room.list"}})",
                                                    R"({"id":1,"id":2,"rpc":{"method":"room.list"}})",
                                                    R"({"id":99999999999999999999,"rpc":{"method":"room.list"}})",
                                                    R"({"rpc":{"method":"room.list"}})",
                                                    R"({"fly":{}})",
                                                    R"({"send":5})",
                                                    R"({"send":{},"rpc":{}})",
                                                    "{\"id\":3}\n{\"id\":",
                                                    "{}\n[]",
                                                    R"({"id":1,"x":1e999})",
                                                    R"({"id":1,"x":"\ud800"})",
                                                    R"({"id":1,"x":"\u12"})",
                                                    "{\"id\":1,\"x\":\"\t\"}",
                                                    "{\"id\":1,\"x\":\"\xff\"}",
                                                    "{\"id\":1,\"x\":\"\xc0\xaf\"}",
                                                    "{\"id\":1,\"x\":\"\xed\xa0\x80\"}",
                                                    std::string("{\"id\":1}\0", 9),
                                                    std::string(1, '\0'),
                                                    std::string(10'000, '['),
                                                    std::string(60'000, '{'),
                                                    "\xef\xbb\xbf{}"}) {
    CAPTURE(frame.substr(0, 80));
    auto decoded = decode(frame);
    CHECK(decoded.violation);
    CHECK(decoded.commands.empty());
    CHECK_FALSE(decoded.reason.empty());
    CHECK(decoded.reason.size() <= 123);
  }
}

TEST_CASE("depth is bounded, and below the bound ignored") {
  auto nested = [](std::size_t depth) {
    return R"({"id":1,"connect":{"token":"t","data":)" + std::string(depth, '[') + std::string(depth, ']') + "}}";
  };
  CHECK_FALSE(decode(nested(50)).violation);
  CHECK(decode(nested(100)).violation);
  CHECK(decode(nested(20'000)).violation);
  CHECK_FALSE(decode(nested(50)).violation);
}

TEST_CASE("objects are counted, pongs among them") {
  std::string pongs;
  for (int i = 0; i < 64; ++i)
    pongs += "{}\n";
  CHECK(decode(pongs).pongs == 64);
  CHECK_FALSE(decode(pongs).violation);
  CHECK(decode(pongs + "{}").violation);
  std::string commands;
  for (int i = 1; i <= 64; ++i)
    commands += R"({"id":)" + std::to_string(i) +
                R"(,"presence_stats":{"channel":"room:1"}})"
                "\r\n\n";
  auto decoded = decode(commands);
  REQUIRE(decoded.commands.size() == 64);
  for (std::uint32_t i = 0; i < 64; ++i)
    CHECK(decoded.commands[i].id == i + 1);
  CHECK(decode(commands + "{}").violation);
  CHECK(decode("{}\n{}", 1).violation);
}

TEST_CASE("a full frame of 64 KiB is read") {
  std::string frame = R"({"id":50,"publish":{"channel":"room:1","data":{"text":"z"},"pad":""}})";
  frame.insert(frame.size() - 3, std::string(65'536 - frame.size(), 'p'));
  REQUIRE(frame.size() == 65'536);
  CHECK(only<post_command>(frame).text == "z");
  CHECK(only<post_command>(R"({"id":1,"publish":{"channel":"room:1","data":{"text":"after"}}})").text == "after");
}

TEST_CASE("a command may name its trace beside its id, or in its data") {
  auto trace_of = [](const std::string& frame) {
    CAPTURE(frame);
    auto decoded = decode(frame);
    REQUIRE_FALSE(decoded.violation);
    REQUIRE(decoded.commands.size() == 1);
    CHECK_FALSE(std::holds_alternative<refused_command>(decoded.commands[0].body));
    return print_traceparent(decoded.commands[0].trace);
  };
  const std::string first = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const std::string second = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-00";
  auto publish = [](const std::string& beside, const std::string& inside) {
    return R"({"id":1)" + beside + R"(,"publish":{"channel":"room:5","data":{"text":"x")" + inside + "}}}";
  };
  auto member = [](const std::string& value) { return R"(,"traceparent":)" + value; };
  auto quoted = [](const std::string& text) { return "\"" + text + "\""; };
  CHECK(trace_of(publish("", "")).empty());
  CHECK(trace_of(publish(member(quoted(first)), "")) == first);
  CHECK(trace_of(publish("", member(quoted(second)))) == second);
  CHECK(trace_of(publish(member(quoted(first)), member(quoted(second)))) == first);
  CHECK(trace_of(R"({"id":1,"ping":{},"traceparent":")" + first + R"("})") == first);
  for (auto* garbage : {"null", "7", "[]", "{}", R"("")", R"("00-0-0-00")"}) {
    CHECK(trace_of(publish(member(garbage), "")).empty());
    CHECK(trace_of(publish("", member(garbage))).empty());
  }
  CHECK(trace_of(rpc("message.send", R"({"room_id":5,"text":"x","traceparent":")" + first + R"("})")) == first);
  CHECK(trace_of(rpc("room.create", R"({"name":"x","traceparent":")" + first + R"("})")) == first);
  CHECK(trace_of(rpc("reminder.create", R"({"text":"x","in":"PT1H","traceparent":")" + first + R"("})")) == first);
}

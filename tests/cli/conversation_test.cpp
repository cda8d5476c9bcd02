#include "bin/callboard-cli/conversation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace callboard::cli;
using kind = occurrence::kind;

namespace {

json::value only_frame(conversation& talk) {
  const auto frames = talk.take_frames();
  REQUIRE(frames.size() == 1);
  const auto value = parse_json(frames.front());
  REQUIRE(value.has_value());
  return *value;
}

std::vector<kind> kinds(const std::vector<occurrence>& happened) {
  std::vector<kind> out;
  for (const auto& each : happened)
    out.push_back(each.what);
  return out;
}

std::string publication(int offset) {
  return R"({"push":{"channel":"room:3","pub":{"offset":)" + std::to_string(offset) +
         R"(,"data":{"type":"message","text":")" + std::to_string(offset) + R"("}}}})";
}

// A conversation whose connection stands, after history up to offset 10.
conversation joined() {
  conversation talk(3, 10, "E");
  talk.open("token");
  talk.receive(R"({"id":1,"connect":{"client":"c","ping":25,"pong":true}})");
  talk.receive(R"({"id":2,"subscribe":{"recoverable":true,"positioned":true,"epoch":"E","offset":10}})");
  talk.take_frames();
  REQUIRE(talk.joined());
  return talk;
}

} // namespace

TEST_CASE("a connection opens with the token and then subscribes where the history ended") {
  conversation talk(3, 10, "E");
  talk.open("secret");
  const auto connect = only_frame(talk);
  CHECK(text_at(member(connect, "connect"), "token") == "secret");
  CHECK(talk.receive(R"({"id":1,"connect":{"client":"c","expires":true,"ttl":870,"ping":25,"pong":true}})")
            .at(0)
            .seconds == 870);
  CHECK(talk.ping_interval() == 25);
  const auto arguments = member(only_frame(talk), "subscribe");
  CHECK(text_at(arguments, "channel") == "room:3");
  CHECK(flag_at(arguments, "recover"));
  CHECK(number_at(arguments, "offset") == 10);
  CHECK(text_at(arguments, "epoch") == "E");
}

TEST_CASE("recovered and live events come once and in order") {
  conversation talk(3, 10, "E");
  talk.open("token");
  talk.receive(R"({"id":1,"connect":{}})");
  const auto happened = talk.receive(
      R"({"id":2,"subscribe":{"epoch":"E","offset":12,"recovered":true,"was_recovering":true,"publications":[)"
      R"({"offset":11,"data":{"text":"11"}},{"offset":12,"data":{"text":"12"}}]}})");
  CHECK(kinds(happened) == std::vector{kind::joined, kind::event, kind::event});
  CHECK(kinds(talk.receive(publication(12) + "\n" + publication(13) + "\n")) == std::vector{kind::event});
  CHECK(talk.position() == 13);
  CHECK(talk.receive(publication(5)).empty());
}

TEST_CASE("a gap asks for a new connection and shows nothing beyond it") {
  auto talk = joined();
  CHECK(kinds(talk.receive(publication(12))) == std::vector{kind::gap});
  CHECK(talk.position() == 10);
}

TEST_CASE("a ping is answered") {
  auto talk = joined();
  CHECK(talk.receive("{}").empty());
  CHECK(talk.take_frames() == std::vector<std::string>{"{}"});
}

TEST_CASE("a line waits for the subscription, then goes out with its key") {
  conversation talk(3, 10, "E");
  talk.type("hello", "k1");
  CHECK_FALSE(talk.has_frames());
  talk.open("token");
  talk.receive(R"({"id":1,"connect":{}})");
  talk.take_frames();
  talk.receive(R"({"id":2,"subscribe":{"epoch":"E","offset":10}})");
  const auto call = member(only_frame(talk), "rpc");
  CHECK(text_at(call, "method") == "message.send");
  CHECK(number_at(member(call, "data"), "room_id") == 3);
  CHECK(text_at(member(call, "data"), "text") == "hello");
  CHECK(text_at(member(call, "data"), "key") == "k1");
}

TEST_CASE("a line is settled once it was acknowledged and seen, in either order") {
  const std::string acknowledged = R"({"id":3,"rpc":{"data":{"offset":11,"created_at":"x"}}})";
  for (const bool seen_first : {false, true}) {
    auto talk = joined();
    talk.type("hello", "k1");
    talk.receive(seen_first ? publication(11) : acknowledged);
    CHECK_FALSE(talk.settled());
    talk.receive(seen_first ? acknowledged : publication(11));
    CHECK(talk.settled());
  }
}

TEST_CASE("a lost connection repeats the unacknowledged line with the same key, and only it") {
  auto talk = joined();
  talk.type("one", "k1");
  talk.type("two", "k2");
  CHECK(text_at(member(member(only_frame(talk), "rpc"), "data"), "key") == "k1");
  talk.receive(R"({"id":3,"rpc":{"data":{"offset":11}}})");
  CHECK(text_at(member(member(only_frame(talk), "rpc"), "data"), "key") == "k2");
  talk.close();
  CHECK(talk.unacknowledged() == 1);
  talk.open("token");
  talk.receive(R"({"id":1,"connect":{}})");
  talk.take_frames();
  talk.receive(R"({"id":2,"subscribe":{"epoch":"E","offset":10}})");
  CHECK(text_at(member(member(only_frame(talk), "rpc"), "data"), "key") == "k2");
}

TEST_CASE("a refused line is reported and the next goes on; a temporary refusal keeps the line") {
  auto talk = joined();
  talk.type("bad", "k1");
  talk.type("good", "k2");
  talk.take_frames();
  const auto refused = talk.receive(R"({"id":3,"error":{"code":107,"message":"bad_request: too long"}})");
  REQUIRE(kinds(refused) == std::vector{kind::line_refused});
  CHECK(refused.front().line == "bad");
  CHECK(text_at(member(member(only_frame(talk), "rpc"), "data"), "key") == "k2");
  CHECK(kinds(talk.receive(R"({"id":4,"error":{"code":111,"message":"slow down","temporary":true}})")) ==
        std::vector{kind::send_later});
  CHECK_FALSE(talk.has_frames());
  talk.send_next();
  CHECK(text_at(member(member(only_frame(talk), "rpc"), "data"), "key") == "k2");
}

TEST_CASE("removal ends the conversation, other unsubscribes subscribe again") {
  auto talk = joined();
  CHECK(talk.receive(R"({"push":{"channel":"room:3","unsubscribe":{"code":2500,"reason":"x"}}})").empty());
  CHECK(member(only_frame(talk), "subscribe").is_object());
  CHECK(kinds(talk.receive(R"({"push":{"channel":"room:3","unsubscribe":{"code":2000,"reason":"removed"}}})")) ==
        std::vector{kind::removed});
}

TEST_CASE("errors of connect and subscribe are told apart") {
  const auto answer = [](const char* error) {
    conversation talk(3, 0, "");
    talk.open("token");
    return kinds(talk.receive(std::string(R"({"id":1,"error":)") + error + "}"));
  };
  CHECK(answer(R"({"code":109,"message":"token expired"})") == std::vector{kind::token_expired});
  CHECK(answer(R"({"code":100,"temporary":true})") == std::vector{kind::reconnect});
  CHECK(answer(R"({"code":103,"message":"permission denied"})") == std::vector{kind::refused});
}

TEST_CASE("an offset below every log begins at the first event") {
  auto talk = joined();
  talk.close();
  talk.open("token");
  talk.receive(R"({"id":1,"connect":{"client":"c"}})");
  talk.receive(R"({"id":2,"subscribe":{"epoch":"F","offset":-9223372036854775808,"publications":[{"offset":1}]}})");
  CHECK(talk.position() == 1);
}

TEST_CASE("another epoch starts offsets anew") {
  conversation talk(3, 10, "E");
  talk.open("token");
  talk.receive(R"({"id":1,"connect":{}})");
  const auto happened = talk.receive(
      R"({"id":2,"subscribe":{"epoch":"F","offset":2,"publications":[{"offset":1,"data":{}},{"offset":2,"data":{}}]}})");
  CHECK(kinds(happened) == std::vector{kind::history_replaced, kind::joined, kind::event, kind::event});
  CHECK(talk.position() == 2);
}

TEST_CASE("a reminder is shown once although the personal channel recovers") {
  auto talk = joined();
  const std::string fired = R"({"push":{"channel":"user:5","pub":{"offset":4,"data":{"type":"reminder.fired"}}}})";
  CHECK(kinds(talk.receive(fired)) == std::vector{kind::personal});
  CHECK(talk.receive(fired).empty());
  talk.open("token");
  const auto resume = member(member(member(only_frame(talk), "connect"), "subs"), "user:5");
  CHECK(flag_at(resume, "recover"));
  CHECK(number_at(resume, "offset") == 4);
}

TEST_CASE("garbage asks for a new connection") {
  for (const char* frame : {"x", "[]", "{\"id\":", "7"}) {
    auto talk = joined();
    CHECK(kinds(talk.receive(frame)) == std::vector{kind::reconnect});
  }
}

TEST_CASE("over connections that break at random, every line is stored and shown once, in order") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto chance = [&](int percent) { return std::uniform_int_distribution(0, 99)(random) < percent; };
  constexpr int lines = 200;
  std::vector<std::string> log;  // the room: keys in the order of their offsets
  std::vector<std::string> seen; // what the conversation showed
  conversation talk(3, 0, "E");
  const auto pub = [&](std::size_t offset) {
    return R"({"push":{"channel":"room:3","pub":{"offset":)" + std::to_string(offset) + R"(,"data":{"key":")" +
           log[offset - 1] + R"("}}}})";
  };
  const auto deliver = [&](const std::string& frame) {
    bool usable = true;
    for (const auto& happened : talk.receive(frame)) {
      if (happened.what == kind::event)
        seen.push_back(text_at(happened.event, "key"));
      usable = usable && happened.what != kind::gap;
    }
    return usable;
  };
  for (int i = 0; i < lines; ++i)
    talk.type("line", std::to_string(i));
  int connections = 0;
  while (!talk.settled() && connections < 10'000) {
    ++connections;
    talk.open("token");
    bool usable = true;
    while (usable && talk.has_frames())
      for (const auto& text : talk.take_frames()) {
        const auto command = *parse_json(text);
        const std::string id = R"({"id":)" + std::to_string(number_at(command, "id"));
        if (!usable || chance(3)) { // the command never arrives
          usable = false;
        } else if (member(command, "connect").is_object()) {
          deliver(id + R"(,"connect":{"client":"c"}})");
        } else if (const auto& subscribe = member(command, "subscribe"); subscribe.is_object()) {
          deliver(id + R"(,"subscribe":{"epoch":"E"}})");
          for (auto offset = static_cast<std::size_t>(number_at(subscribe, "offset")) + 1; offset <= log.size();
               ++offset)
            deliver(pub(offset));
        } else {
          const std::string key = text_at(member(member(command, "rpc"), "data"), "key");
          const auto found = std::find(log.begin(), log.end(), key);
          const auto offset = static_cast<std::size_t>(found - log.begin()) + 1;
          if (found == log.end())
            log.push_back(key);
          const bool published = found != log.end() || chance(90); // a lost publication makes a gap later
          if (chance(20))
            usable = false; // stored, but the answer is lost
          else if (offset == log.size() && published)
            usable = deliver(pub(offset));
          if (usable)
            deliver(id + R"(,"rpc":{"data":{"offset":)" + std::to_string(offset) + "}}}");
        }
      }
    talk.close();
  }
  CHECK(talk.settled());
  CHECK(connections > 10);
  REQUIRE(log.size() == lines);
  for (int i = 0; i < lines; ++i)
    CHECK(log[static_cast<std::size_t>(i)] == std::to_string(i));
  CHECK(seen == log);
}

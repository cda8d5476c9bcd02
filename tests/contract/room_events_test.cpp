#include <algorithm>
#include <map>

#include "tests/contract/store_fixture.hpp"

using namespace callboard;

CONTRACT_CASE("events get consecutive offsets from 1 and come back as they were") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto room = store.add_room(alice, {bob});
  auto op = store.message(room, alice, "first \"quoted\" \n", "k1");
  op.events.push_back({.actor = bob, .text = "привет", .reply_to = 1});
  auto results = store.perform(op);
  REQUIRE(results.size() == 2);
  CHECK(results[0].offset == 1);
  CHECK(results[1].offset == 2);
  CHECK(results[0].created_at == store.now);
  CHECK_FALSE(results[0].duplicate);

  auto events = store.ask(read_events{room});
  REQUIRE(events.size() == 2);
  CHECK(events[0].text == "first \"quoted\" \n");
  CHECK(events[0].actor_name == "alice");
  CHECK(events[0].key == "k1");
  CHECK(events[1].text == "привет");
  CHECK(events[1].actor == bob);
  CHECK(events[1].reply_to == 1);
  CHECK(events[1].kind == event_kind::message);
}

CONTRACT_CASE("a client key is appended once, inside an operation, a batch and over batches") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto room = store.add_room(alice, {bob});
  auto op = store.message(room, alice, "one", "k");
  op.events.push_back(op.events[0]);
  op.events.push_back(op.events[0]);
  op.events[2].text = "another";
  write_batch batch{{op, store.message(room, alice, "one", "k"), store.message(room, bob, "one", "k")}};
  auto answers = store.writer().execute(batch);
  REQUIRE(answers);
  auto& first = std::get<std::vector<appended>>(answers->answers[0]);
  CHECK_FALSE(first[0].duplicate);
  CHECK(first[1].duplicate);
  CHECK(first[1].offset == 1);
  CHECK(first[1].same_content);
  CHECK(first[2].duplicate);
  CHECK_FALSE(first[2].same_content);
  auto& second = std::get<std::vector<appended>>(answers->answers[1]);
  CHECK(second[0].duplicate);
  CHECK(second[0].offset == 1);
  auto& other_actor = std::get<std::vector<appended>>(answers->answers[2]);
  CHECK_FALSE(other_actor[0].duplicate);
  CHECK(other_actor[0].offset == 2);

  auto written_at = store.now;
  store.now += std::chrono::minutes{5};
  auto again = store.perform(store.message(room, alice, "changed", "k")).at(0);
  CHECK(again.duplicate);
  CHECK_FALSE(again.same_content);
  CHECK(again.offset == 1);
  CHECK(again.created_at == written_at);
  CHECK(store.say(room, alice, "without key") == 3);
  CHECK(store.say(room, alice, "without key") == 4);
  CHECK(store.events_of(to_string(room), "message.created").size() == 4);
}

CONTRACT_CASE("a client key is found however many messages ago it was, and whatever came between") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto room = store.add_room(alice, {bob});
  constexpr unsigned messages = 40;
  auto key = [](unsigned number) { return "key-" + std::to_string(number * 7919 % 1000); }; // not in their order
  for (unsigned i = 1; i <= messages; ++i) {
    if (i % 3 == 0)
      store.perform(store.message(room, bob, "by bob", key(i))); // the same keys of another actor are others
    if (i % 5 == 0)
      store.say(room, bob, "without key");
    CHECK_FALSE(store.perform(store.message(room, alice, std::to_string(i), key(i))).at(0).duplicate);
    for (unsigned earlier : {i, (i + 1) / 2, 1u}) {
      auto again = store.perform(store.message(room, alice, std::to_string(earlier), key(earlier))).at(0);
      CHECK(again.duplicate);
      CHECK(again.same_content);
    }
  }
  std::map<std::string, int> seen;
  stream_offset expected = 0;
  for (auto& event : store.ask(read_events{room, 0, 0, 200})) {
    CHECK(event.offset == ++expected);
    if (event.actor == alice)
      ++seen[event.key];
  }
  CHECK(seen.size() == messages);
  CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& each) { return each.second == 1; }));
}

CONTRACT_CASE("a room that is gone answers not_found and takes no event") {
  auto alice = store.add_user("alice");
  CHECK(store.refused(store.message(room_id{99}, alice, "hello", "k")) == errc::not_found);
  CHECK(store.refused(append_events{store.guard_of(room_id{99}), room_id{99}, {}}) == errc::not_found);
  CHECK(store.refused_query(read_events{room_id{99}}) == errc::not_found);
  CHECK(store.events_of("99", "message.created").empty());
}

CONTRACT_CASE("events are read forward, backward, by count and by bytes") {
  auto alice = store.add_user("alice");
  auto room = store.add_room(alice);
  for (int i = 1; i <= 10; ++i)
    store.say(room, alice, std::string(100, static_cast<char>('a' + i)));
  auto offsets = [&](read_events question) {
    std::vector<stream_offset> found;
    for (auto& event : store.ask(question))
      found.push_back(event.offset);
    return found;
  };
  using list = std::vector<stream_offset>;
  CHECK(offsets({room, 0, 0, 3}) == list{1, 2, 3});
  CHECK(offsets({room, 8, 0, 50}) == list{9, 10});
  CHECK(offsets({room, 10, 0, 50}).empty());
  CHECK(offsets({room, ~0ull, 0, 50}).empty());
  CHECK(offsets({room, 0, 5, 2}) == list{3, 4});
  CHECK(offsets({room, 0, 11, 3}) == list{8, 9, 10});
  CHECK(offsets({room, 0, ~0ull, 1}) == list{10});
  CHECK(offsets({room, 0, 0, 50, 250}) == list{1, 2});
  CHECK(offsets({room, 0, 11, 50, 250}) == list{9, 10});
  CHECK(offsets({room, 0, 0, 50, 1}) == list{1}); // the first always fits
}

CONTRACT_CASE("an admin's message in somebody's name carries sent_by and an audit entry") {
  auto boss = store.add_user("boss", role::admin), alice = store.add_user("alice");
  auto room = store.add_room(boss, {alice});
  auto op = store.message(room, alice, "said for me", "k");
  op.events[0].sent_by = "boss";
  store.perform(op);
  auto events = store.ask(read_events{room});
  CHECK(events.at(0).actor_name == "alice");
  CHECK(events.at(0).sent_by == "boss");
  CHECK(store.dump().find("message_sent_for_other") != std::string::npos);
}

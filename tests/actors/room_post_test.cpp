#include "tests/actors/room_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

TEST_CASE_FIXTURE(room_fixture, "requests wait until the room is loaded") {
  begin();
  auto sent = post(2, "hello");
  CHECK(writer->count<append_events>() == 0);
  store.answer<load_room>(record);
  CHECK(writer->last<append_events>().events.front().text == "hello");
  CHECK(writer->last<append_events>().guard.epoch == epoch_number{1});
  commit(5);
  CHECK(sent.value().offset == 5);
}

TEST_CASE_FIXTURE(room_fixture, "who may not see a room does not learn that it is there") {
  load();
  CHECK(post_failure(caller(9), "x") == errc::hidden);
  CHECK(ask<room_view>(room, room_describe{room_id{7}, caller(9)}).failure() == errc::hidden);
  CHECK(ask<std::uint32_t>(room, room_mark_read{room_id{7}, caller(9), 1}).failure() == errc::hidden);
  CHECK(ask<std::vector<client_info>>(room, room_list_presence{room_id{7}, caller(9)}).failure() == errc::hidden);
}

TEST_CASE_FIXTURE(room_fixture, "a message is checked before it is queued") {
  load();
  CHECK(post_failure(caller(2), "") == errc::validation_failed);
  CHECK(post_failure(caller(2), "\xff") == errc::validation_failed);
  CHECK(post_failure(caller(2), std::string(4097, 'x')) == errc::validation_failed);
  CHECK(post(2, "x", std::string(65, 'k')).failure() == errc::validation_failed);
  CHECK(ask<appended>(room, room_post{room_id{7}, caller(2), "x", {}, 5, {}}).failure() == errc::validation_failed);
  CHECK(post_failure(caller(2, role::guest), "x") == errc::forbidden);
  CHECK(writer->count<append_events>() == 0);
}

TEST_CASE_FIXTURE(room_fixture, "an admin speaks for a member; nobody else does") {
  load();
  auto as = [&](const principal& who, std::string name) {
    return ask<appended>(room, room_post{room_id{7}, who, "x", {}, 0, std::move(name)});
  };
  CHECK(as(caller(2), "user1").failure() == errc::forbidden);
  CHECK(as(caller(3, role::admin), "nobody").failure() == errc::validation_failed);
  as(caller(3, role::admin), "User2");
  auto& event = writer->last<append_events>().events.front();
  CHECK(event.actor == user_id{2});
  CHECK(event.actor_name == "user2");
  CHECK(event.sent_by == "user3");
}

TEST_CASE_FIXTURE(room_fixture, "a message keeps its place until its answer") {
  load();
  auto place = std::make_shared<const int>(1);
  std::weak_ptr<const int> watched = place;
  auto sent = ask<appended>(room, room_post{room_id{7}, caller(2), "x", {}, 0, {}, {}, std::move(place)});
  CHECK_FALSE(watched.expired());
  commit(1);
  CHECK(sent.value().offset == 1);
  CHECK(watched.expired());
  place = std::make_shared<const int>(2);
  watched = place;
  CHECK(ask<appended>(room, room_post{room_id{7}, caller(2), "", {}, 0, {}, {}, std::move(place)}).failure() ==
        errc::validation_failed);
  CHECK(watched.expired());
}

TEST_CASE_FIXTURE(room_fixture, "posts that come at once are appended at once") {
  load_and_watch();
  for (const char* text : {"a", "b", "c"})
    caf::anon_send(room, room_post{room_id{7}, caller(2), text, {}, 0, {}});
  settle();
  REQUIRE(writer->count<append_events>() == 1);
  CHECK(texts(writer->last<append_events>()) == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE_FIXTURE(room_fixture, "posts gather while writes are in flight, and keep their order") {
  config.second_append = 1;
  load_and_watch();
  std::vector<pending<appended>> sent;
  for (int i = 0; i < 6; ++i)
    sent.push_back(post(2, std::to_string(i)));
  REQUIRE(writer->count<append_events>() == config.appends_in_flight);
  commit(5);
  REQUIRE(writer->count<append_events>() == 3);
  CHECK(texts(writer->last<append_events>()) == std::vector<std::string>{"2", "3", "4", "5"});
  commit(6);
  commit(7);
  for (std::size_t i = 0; i < sent.size(); ++i)
    CHECK(sent[i].value().offset == 5 + i);
  CHECK(seen() == offsets{5, 6, 7, 8, 9, 10});
  CHECK(mirror->all<room_batch>().size() == 3);
}

TEST_CASE_FIXTURE(room_fixture, "beside a batch under way another goes out only when enough posts are waiting") {
  config.second_append = 3;
  load_and_watch();
  for (int i = 0; i < 3; ++i)
    post(2, std::to_string(i));
  CHECK(writer->count<append_events>() == 1);
  post(2, "3");
  REQUIRE(writer->count<append_events>() == 2);
  CHECK(texts(writer->last<append_events>()) == std::vector<std::string>{"1", "2", "3"});
  post(2, "4");
  commit(5);
  CHECK(writer->count<append_events>() == 2);
  commit(6);
  REQUIRE(writer->count<append_events>() == 3);
  CHECK(texts(writer->last<append_events>()) == std::vector<std::string>{"4"});
  commit(9);
  CHECK(seen() == offsets{5, 6, 7, 8, 9});
}

TEST_CASE_FIXTURE(room_fixture, "a batch that the writer never answers is given up after its deadline") {
  load_and_watch();
  auto lost = post(2, "x");
  auto next = post(2, "y");
  advance(config.write_deadline - 1s, 1s);
  CHECK_FALSE(lost.arrived());
  for (int second = 0; second < 30 && !lost.arrived(); ++second)
    advance(1s, 1s);
  CHECK(lost.failure() == errc::timeout);
  CHECK(store->last<read_events>().after == 4); // the log tells whether it was committed
  store.answer<read_events>(std::vector<room_event>{message_at(5, "x")});
  store.answer<read_events>(std::vector<room_event>{});
  CHECK(seen() == offsets{5});
  writer.answer<append_events>(std::vector<appended>{{5, timestamp{1ms}, false, true}}); // too late
  CHECK(seen() == offsets{5});
  CHECK(writer->count<append_events>() == 2);
  CHECK_FALSE(next.arrived());
}

TEST_CASE_FIXTURE(room_fixture, "a duplicate is answered with the first result and told to nobody") {
  load_and_watch();
  auto again = post(2, "x", "k");
  writer.answer<append_events>(std::vector<appended>{{3, timestamp{1ms}, true, true}});
  CHECK(again.value().offset == 3);
  CHECK(again.value().duplicate);
  CHECK(mirror->count<room_batch>() == 0);
  CHECK(tail() == 4);
}

TEST_CASE_FIXTURE(room_fixture, "past the bound posts are refused") {
  config.max_waiting = 2;
  config.second_append = 1;
  load();
  for (int i = 0; i < 4; ++i)
    CHECK_FALSE(post(2, "x").arrived());
  CHECK(post(2, "x").failure() == errc::overloaded);
  commit(5);
  CHECK_FALSE(post(2, "x").arrived());
}

TEST_CASE_FIXTURE(room_fixture, "a failed commit is answered to its senders, and the log tells what became of it") {
  load_and_watch();
  auto lost = post(2, "x", "k");
  writer.fail<append_events>(errc::unavailable);
  CHECK(lost.failure() == errc::unavailable);
  CHECK(store->last<read_events>().after == 4);
  // It was committed after all.
  store.answer<read_events>(std::vector<room_event>{message_at(5, "x")});
  CHECK(seen() == offsets{5});
  CHECK(store->last<read_events>().after == 5); // until nothing more is there
  store.answer<read_events>(std::vector<room_event>{});
  CHECK(tail() == 5);
}

TEST_CASE_FIXTURE(room_fixture, "what became of a failed commit is asked again until the store answers") {
  load_and_watch();
  auto lost = post(1, "x");
  writer.fail<append_events>(errc::unavailable);
  CHECK(lost.failure() == errc::unavailable);
  store.fail<read_events>(errc::unavailable);
  CHECK(store->open<read_events>() == 0);
  advance(100ms);
  REQUIRE(store->open<read_events>() == 1);
  store.fail<read_events>(errc::unavailable);
  advance(100ms); // the second pause is longer than the first
  advance(100ms);
  REQUIRE(store->open<read_events>() == 1);
  store.answer<read_events>(std::vector<room_event>{message_at(5, "x")});
  store.answer<read_events>(std::vector<room_event>{});
  CHECK(seen() == offsets{5});
  advance(10s);
  CHECK(store->open<read_events>() == 0);
}

TEST_CASE_FIXTURE(room_fixture, "events of somebody else's transaction are filled in, in order") {
  load_and_watch();
  auto sent = post(2, "x");
  commit(7); // 5 and 6 are a deleted user's departures
  CHECK(sent.value().offset == 7);
  CHECK(seen().empty());
  room_event left = message_at(5);
  left.kind = event_kind::member_removed;
  left.target = user_id{3};
  store.answer<read_events>(std::vector<room_event>{left, message_at(6), message_at(7)});
  store.answer<read_events>(std::vector<room_event>{});
  CHECK(seen() == offsets{5, 6, 7});
  CHECK(post_failure(caller(3), "x") == errc::hidden);
  post(2, "y");
  commit(8);
  CHECK(seen() == offsets{5, 6, 7, 8});
}

TEST_CASE_FIXTURE(room_fixture, "a refresh reads what the room did not write and forgets names") {
  load_and_watch();
  send(room, room_refresh{room_id{7}});
  CHECK(mirror->last<room_batch>().forget_names);
  store.answer<read_events>(std::vector<room_event>{message_at(5)});
  store.answer<read_events>(std::vector<room_event>{});
  CHECK(seen() == offsets{5});
}

TEST_CASE_FIXTURE(room_fixture, "who is being removed cannot post, and what they had queued is refused") {
  config.second_append = 1;
  load_and_watch();
  post(1, "a");
  post(1, "b");
  auto queued = post(2, "mine");
  auto other = post(1, "c");
  auto gone = ask<done>(room, room_expel{room_id{7}, caller(1), user_id{2}});
  CHECK(post_failure(caller(2), "late") == errc::hidden);
  commit(5);
  CHECK(queued.failure() == errc::hidden);
  CHECK(texts(writer->last<append_events>()) == std::vector<std::string>{"c"});
  commit(6);
  room_event left = message_at(7);
  left.kind = event_kind::member_removed;
  left.target = user_id{2};
  writer.answer<remove_member>(left);
  commit(8);
  gone.value();
  CHECK(other.value().offset == 8);
  CHECK(seen() == offsets{5, 6, 7, 8});
}

#include "tests/actors/mirror_fixture.hpp"

using namespace callboard;
using namespace callboard::test;
using namespace std::chrono_literals;

// A mirror under load holds what was committed for a moment, so that it goes out in one write.

namespace {

struct gathering_fixture : mirror_fixture {
  gathering_fixture() {
    config.gather_per_connection = 2ms; // one connection counts as a large room
    answer_by_itself();
    begin(5);
    join(1);
  }
};

} // namespace

TEST_CASE_FIXTURE(gathering_fixture, "messages that come one at a time never wait") {
  commit(6);
  CHECK(last(1) == "events 6");
  commit(7);
  CHECK(last(1) == "events 7");
}

TEST_CASE_FIXTURE(gathering_fixture, "what comes together goes out together, at once") {
  commit(8);
  CHECK(last(1) == "events 6,7,8");
}

TEST_CASE_FIXTURE(gathering_fixture,
                  "as many as went out last are waited for, and no longer than until they are there") {
  commit(8);
  commit(9);
  CHECK(last(1) == "events 6,7,8");
  commit(10);
  CHECK(last(1) == "events 6,7,8");
  commit(11);
  CHECK(last(1) == "events 9,10,11");
}

TEST_CASE_FIXTURE(gathering_fixture,
                  "what does not come is not waited for beyond the time of a write, and soon not at all") {
  commit(9); // four
  commit(10);
  advance(1ms, 1ms);
  CHECK(last(1) == "events 6,7,8,9");
  advance(1ms, 1ms);
  CHECK(last(1) == "events 10");
  commit(11); // two are expected
  CHECK(last(1) == "events 10");
  advance(2ms, 1ms);
  CHECK(last(1) == "events 11");
  commit(12); // one
  CHECK(last(1) == "events 12");
}

TEST_CASE_FIXTURE(gathering_fixture, "the time of a write ends with its delivery") {
  commit(7);
  commit(8);
  advance(1ms, 1ms);
  commit(9);
  CHECK(last(1) == "events 8,9");
  commit(10);
  advance(1ms, 1ms); // 2 ms after 8
  CHECK(last(1) == "events 8,9");
  advance(1ms, 1ms);
  CHECK(last(1) == "events 10");
}

TEST_CASE_FIXTURE(gathering_fixture, "no more is waited for than goes into a frame") {
  config.events_per_frame = 2;
  begin(5);
  join(1);
  commit(8);
  commit(9);
  CHECK(last(1) == "events 8");
  commit(10);
  CHECK(last(1) == "events 9,10");
}

TEST_CASE_FIXTURE(gathering_fixture, "who joins meanwhile gets what is held neither twice nor not at all") {
  commit(7);
  commit(8);
  join(2);
  CHECK(sent(2) == lines{"reply 2 subscribed@8"});
  CHECK(last(1) == "events 8");
  commit(10);
  CHECK(last(1) == "events 9,10");
  CHECK(last(2) == "events 9,10");
}

TEST_CASE_FIXTURE(gathering_fixture, "a removal lets out what is held before it, and nothing after it") {
  join(2, 2);
  commit(8);
  commit(9);
  room_event removal;
  removal.kind = event_kind::member_removed;
  removal.target = user_id{1};
  removal.offset = 10;
  log.push_back(removal);
  deliver(9, 10);
  CHECK(sent(1)[2] == "events 9");
  auto before = sent(1).size();
  commit(11);
  advance(2ms, 1ms);
  CHECK(sent(1).size() == before);
  CHECK(last(2).ends_with("11"));
}

TEST_CASE_FIXTURE(gathering_fixture, "the room's end lets out what is held") {
  commit(7);
  commit(8);
  send(mirror, room_gone{room_id{7}});
  CHECK(sent(1)[2] == "events 8");
}

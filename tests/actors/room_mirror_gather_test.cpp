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

TEST_CASE_FIXTURE(gathering_fixture, "where several are under way, what follows within a moment goes out with them") {
  commit(7);
  CHECK(last(1) == "reply 1 subscribed@5");
  commit(8);
  CHECK(last(1) == "reply 1 subscribed@5");
  advance(2ms, 1ms);
  CHECK(sent(1) == lines{"reply 1 subscribed@5", "events 6,7,8"});
}

TEST_CASE_FIXTURE(gathering_fixture, "who joins meanwhile gets what is held neither twice nor not at all") {
  commit(7);
  join(2);
  CHECK(sent(2) == lines{"reply 2 subscribed@7"});
  CHECK(last(1) == "events 6,7");
  commit(8);
  advance(2ms, 1ms);
  CHECK(last(1) == "events 8");
  CHECK(last(2) == "events 8");
}

TEST_CASE_FIXTURE(gathering_fixture, "a removal lets out what is held before it, and nothing after it") {
  join(2, 2);
  commit(7);
  room_event removal;
  removal.kind = event_kind::member_removed;
  removal.target = user_id{1};
  removal.offset = 8;
  log.push_back(removal);
  deliver(7, 8);
  CHECK(sent(1)[1] == "events 6,7");
  auto before = sent(1).size();
  commit(9);
  advance(2ms, 1ms);
  CHECK(sent(1).size() == before);
  CHECK(last(2).ends_with("9"));
}

TEST_CASE_FIXTURE(gathering_fixture, "the room's end lets out what is held") {
  commit(7);
  send(mirror, room_gone{room_id{7}});
  CHECK(sent(1)[1] == "events 6,7");
}

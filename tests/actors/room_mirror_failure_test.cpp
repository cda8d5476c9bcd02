#include "tests/actors/mirror_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

TEST_CASE_FIXTURE(mirror_fixture, "when the room goes down it is watched again, and the hole is filled") {
  answer_by_itself();
  begin(5);
  join(1);
  grow(8); // committed while nobody told this mirror
  restart_room();
  advance(config.retry * 3);
  CHECK(sent(1) == lines{"reply 1 subscribed@5", "events 6,7,8"});
  commit(9);
  CHECK(last(1) == "events 9");
}

TEST_CASE_FIXTURE(mirror_fixture, "a hole is filled also if the room's log was empty before") {
  answer_by_itself();
  begin(0);
  join(1);
  grow(3);
  placement->on<room_watch, room_watched>({});
  restart_room();
  placement.answer<room_watch>(room_watched{3, caf::actor_cast<caf::strong_actor_ptr>(room->handle())});
  CHECK(last(1) == "events 1,2,3");
}

TEST_CASE_FIXTURE(mirror_fixture, "a batch with a hole before it is filled from the store") {
  answer_by_itself();
  begin(5);
  join(1);
  grow(9);
  deliver(7, 9);
  CHECK(sent(1) == lines{"reply 1 subscribed@5", "events 6,7,8,9"});
  deliver(5, 9); // all of it again
  CHECK(sent(1).size() == 2);
}

TEST_CASE_FIXTURE(mirror_fixture, "a hole that cannot be read is tried again") {
  answer_by_itself();
  begin(5);
  join(1);
  store->on<read_events, std::vector<room_event>>({});
  grow(7);
  deliver(6, 7);
  store.fail<read_events>(errc::unavailable);
  CHECK(sent(1).size() == 1);
  answer_by_itself();
  advance(config.retry * 2);
  CHECK(last(1) == "events 6,7");
}

TEST_CASE_FIXTURE(mirror_fixture, "while the room cannot be reached who is pending is refused, and others stay") {
  answer_by_itself();
  begin(5);
  join(1);
  placement->on<room_watch, room_watched>({});
  stop(room->handle(), caf::exit_reason::kill);
  join(2);
  placement.fail<room_watch>(errc::unavailable);
  settle();
  advance(config.retry * 2);
  REQUIRE(placement->open<room_watch>() == 1);
  placement.fail<room_watch>(errc::unavailable);
  CHECK(sent(2) == lines{"error 2 unavailable"});
  CHECK(sent(1) == lines{"reply 1 subscribed@5"});
}

TEST_CASE_FIXTURE(mirror_fixture, "a backlog that cannot be read refuses the subscription, or ends the connection") {
  answer_by_itself();
  config.page_events = 2;
  begin(5);
  store->on<read_events, std::vector<room_event>>({});
  recover(1, 0);
  store.fail<read_events>(errc::unavailable);
  CHECK(sent(1) == lines{"error 1 unavailable"});
  recover(2, 0);
  store.answer<read_events>(std::vector<room_event>{log[0], log[1]});
  drain(2);
  store.fail<read_events>(errc::unavailable);
  CHECK(out->at(connection(2)).closed_with == 3010);
}

TEST_CASE_FIXTURE(mirror_fixture, "who unsubscribes before the answer still gets one") {
  begin(5);
  placement.answer<room_watch>(room_watched{5, caf::actor_cast<caf::strong_actor_ptr>(room->handle())});
  join(1);
  leave(1);
  CHECK(sent(1) == lines{"error 1 conflict"});
  CHECK(out->at(connection(1)).answers == 1);
  placement.answer<room_admit>(room_admission{5, member_role::member, room_kind::group});
  CHECK(sent(1).size() == 1);
}

TEST_CASE_FIXTURE(mirror_fixture, "a page that was read for an earlier subscription does not reach the next one") {
  answer_by_itself();
  begin(5);
  store->on<read_events, std::vector<room_event>>({});
  recover(1, 0);
  leave(1);
  recover(1, 3);
  store.answer<read_events>(log); // the first one's
  CHECK(sent(1) == lines{"error 1 conflict"});
  drain(1); // nor does the first one's queue
  store.answer<read_events>(std::vector<room_event>{log[3], log[4]});
  if (store->open<read_events>() > 0)
    store.answer<read_events>(std::vector<room_event>{log[3], log[4]});
  CHECK(sent(1) == lines{"error 1 conflict", "reply 1 subscribed@5 recovered 4,5"});
}

TEST_CASE_FIXTURE(mirror_fixture, "a connection takes the place of one whose session has not left yet") {
  answer_by_itself();
  begin(5);
  join(1);
  auto next = join_of(1, 2);
  next.connection = connection(1, 2);
  send(mirror, next);
  commit(6);
  CHECK(sent(1) == lines{"reply 1 subscribed@5"});
  CHECK(out->at(connection(1, 2)).sent == lines{"reply 1 subscribed@5", "events 6"});
  leave(1); // late
  commit(7);
  CHECK(out->at(connection(1, 2)).sent.back() == "events 7");
}

TEST_CASE_FIXTURE(mirror_fixture, "a mirror that fails ends its connections, so that they resume") {
  answer_by_itself();
  begin(5);
  join(1);
  stop(mirror, caf::exit_reason::kill);
  CHECK(out->at(connection(1)).closed_with == 3010);
}

#include "tests/actors/mirror_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

TEST_CASE_FIXTURE(mirror_fixture, "without recovery a subscriber begins at the head") {
  answer_by_itself();
  begin(5);
  join(1);
  CHECK(sent(1) == lines{"reply 1 subscribed@5"});
  CHECK(session->last<subscription_changed>().joined);
  CHECK(placement->last<room_announce>().joined);
  commit(7);
  CHECK(sent(1) == lines{"reply 1 subscribed@5", "events 6,7"});
}

TEST_CASE_FIXTURE(mirror_fixture, "what is missing and in memory comes with the reply") {
  answer_by_itself();
  begin(5);
  commit(8);
  recover(1, 6);
  CHECK(sent(1) == lines{"reply 1 subscribed@8 recovered 7,8"});
  recover(2, 8);
  CHECK(sent(2) == lines{"reply 2 subscribed@8 recovered"});
  CHECK(store->count<read_events>() == 0);
}

TEST_CASE_FIXTURE(mirror_fixture, "what is older comes from the store, page by page as the queue drains") {
  config.page_events = 2;
  answer_by_itself();
  begin(5);
  recover(1, 0);
  CHECK(sent(1) == lines{"reply 1 subscribed@2 recovered 1,2"});
  CHECK(store->count<read_events>() == 1); // the next page waits for the queue
  commit(6);                               // and live events wait for the backlog
  CHECK(sent(1).size() == 1);
  drain(1);
  CHECK(last(1) == "events 3,4");
  drain(1);
  CHECK(last(1) == "events 5,6"); // at the tail now: live
  commit(7);
  CHECK(last(1) == "events 7");
  CHECK(out->at(connection(1)).answers == 1);
}

TEST_CASE_FIXTURE(mirror_fixture, "a live event while a page is being read is neither lost nor doubled") {
  answer_by_itself();
  begin(5);
  store->on<read_events, std::vector<room_event>>({});
  recover(1, 0);
  commit(6);
  store.answer<read_events>(read(store->last<read_events>()));
  CHECK(sent(1) == lines{"reply 1 subscribed@6 recovered 1,2,3,4,5,6"});
  commit(7);
  CHECK(last(1) == "events 7");
}

TEST_CASE_FIXTURE(mirror_fixture, "what the store has beyond the mirror's tail comes live") {
  answer_by_itself();
  begin(5);
  grow(6); // committed; its batch is on its way
  recover(1, 0);
  CHECK(sent(1) == lines{"reply 1 subscribed@5 recovered 1,2,3,4,5"});
  deliver(5, 6);
  CHECK(last(1) == "events 6");
}

TEST_CASE_FIXTURE(mirror_fixture,
                  "an offset beyond the mirror's tail waits for its batch; beyond the room's it is refused") {
  answer_by_itself();
  begin(5);
  grow(6);
  recover(1, 6);
  CHECK(sent(1).empty());
  recover(2, 7);
  CHECK(sent(2) == lines{"error 2 bad_request"});
  CHECK_FALSE(session->last<subscription_changed>().joined);
  deliver(5, 6);
  CHECK(sent(1) == lines{"reply 1 subscribed@6 recovered"});
}

TEST_CASE_FIXTURE(mirror_fixture, "a position of another epoch is not recovered") {
  answer_by_itself();
  begin(5);
  auto request = join_of(1, 1);
  request.recovery = {true, 99, "e0"};
  send(mirror, request);
  CHECK(sent(1) == lines{"reply 1 subscribed@5"});
}

TEST_CASE_FIXTURE(mirror_fixture, "a removal splits the batch: nobody gets an event after their removal") {
  answer_by_itself();
  begin(5);
  join(1, 1);
  join(2, 2);
  grow(8);
  log[6].kind = event_kind::member_removed;
  log[6].target = user_id{2};
  deliver(5, 8);
  CHECK(sent(1) == lines{"reply 1 subscribed@5", "events 6", "events 7,8"});
  CHECK(sent(2) == lines{"reply 2 subscribed@5", "events 6", "unsubscribe 2000"});
  commit(9);
  CHECK(last(2) == "unsubscribe 2000");
}

TEST_CASE_FIXTURE(mirror_fixture, "a removal drops who is pending or catching up") {
  answer_by_itself();
  config.page_events = 1;
  begin(5);
  recover(1, 0, 2);
  placement->on<room_admit, room_admission>({});
  join(2, 2);
  grow(6);
  log[5].kind = event_kind::member_removed;
  log[5].target = user_id{2};
  deliver(5, 6);
  CHECK(last(1) == "unsubscribe 2000");
  CHECK(sent(2) == lines{"error 2 not_found"});
  placement.answer<room_admit>(room_admission{5, member_role::member, room_kind::group});
  drain(1);
  CHECK(sent(2).size() == 1);
  CHECK(sent(1).size() == 2);
}

TEST_CASE_FIXTURE(mirror_fixture, "a refusal by the room is the answer") {
  answer_by_itself();
  begin(5);
  placement->on<room_admit, room_admission>(
      [](room_admit&) -> caf::expected<room_admission> { return make_failure(errc::hidden); });
  join(1);
  CHECK(sent(1) == lines{"error 1 not_found"});
  commit(6);
  CHECK(sent(1).size() == 1);
}

TEST_CASE_FIXTURE(mirror_fixture, "who subscribes while the room is being watched waits for it") {
  begin(5);
  join(1);
  CHECK(sent(1).empty());
  answer_by_itself();
  placement.answer<room_watch>(room_watched{5, caf::actor_cast<caf::strong_actor_ptr>(room->handle())});
  CHECK(sent(1) == lines{"reply 1 subscribed@5"});
}

TEST_CASE_FIXTURE(mirror_fixture, "a room that does not exist is asked for again by the next subscriber") {
  begin(5);
  placement.fail<room_watch>(errc::hidden);
  join(1);
  placement.fail<room_watch>(errc::hidden);
  CHECK(sent(1) == lines{"error 1 not_found"});
  answer_by_itself(); // now it was made
  join(2);
  CHECK(sent(2) == lines{"reply 2 subscribed@5"});
}

TEST_CASE_FIXTURE(mirror_fixture, "a deleted room ends all subscriptions") {
  answer_by_itself();
  begin(5);
  join(1);
  send(mirror, room_gone{room_id{7}});
  CHECK(last(1) == "unsubscribe 2000");
}

TEST_CASE_FIXTURE(mirror_fixture, "presence is pushed to those who asked for it, but not of oneself") {
  answer_by_itself();
  begin(5);
  auto request = join_of(1, 1);
  request.join_leave = true;
  send(mirror, request);
  join(2, 2);
  send(mirror, room_announce{room_id{7}, {user_id{2}, "user2", uuid_of(2)}, true});
  send(mirror, room_announce{room_id{7}, {user_id{1}, "user1", uuid_of(1)}, true});
  CHECK(sent(1) == lines{"reply 1 subscribed@5", "join user2"});
  CHECK(sent(2).size() == 1);
  CHECK(ask<std::vector<client_info>>(mirror, list_local_clients{room_id{7}}).value().size() == 2);
  leave(2);
  CHECK_FALSE(placement->last<room_announce>().joined);
  CHECK(ask<std::vector<client_info>>(mirror, list_local_clients{room_id{7}}).value().size() == 1);
}

TEST_CASE_FIXTURE(mirror_fixture, "an idle mirror asks to go; one with subscribers does not") {
  answer_by_itself();
  begin(5);
  join(1);
  advance(3 * config.idle, 1s);
  CHECK(registry->count<mirror_idle>() == 0);
  leave(1);
  advance(3 * config.idle, 1s);
  REQUIRE(registry->count<mirror_idle>() > 0);
  CHECK(registry->last<mirror_idle>().handled == 2);
}

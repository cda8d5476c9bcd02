#include "tests/actors/room_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

room_event member_event(stream_offset offset, event_kind kind, int user) {
  auto event = message_at(offset);
  event.kind = kind;
  event.target = user_id{user};
  event.target_name = "user" + std::to_string(user);
  return event;
}

room_invite invite(const principal& who, int user) {
  return {room_id{7}, who, {{user_id{user}, "user" + std::to_string(user), member_role::owner, {}}}};
}

} // namespace

TEST_CASE_FIXTURE(room_fixture, "members are added by the owner and admins, as members") {
  load_and_watch();
  CHECK(ask<room_view>(room, invite(caller(2), 5)).failure() == errc::forbidden);
  auto added = ask<room_view>(room, invite(caller(3), 5));
  CHECK(writer->last<add_members>().members.front().role == member_role::member);
  writer.answer<add_members>(std::vector<room_event>{member_event(5, event_kind::member_added, 5)});
  CHECK(added.value().member_count == 4);
  CHECK(added.value().my_role == member_role::admin);
  CHECK(seen() == offsets{5});
  CHECK_FALSE(post(5, "hello").arrived()); // may write at once
  // Who is there already is not added again.
  CHECK(ask<room_view>(room, invite(caller(1), 5)).value().member_count == 4);
  CHECK(writer->count<add_members>() == 1);
}

TEST_CASE_FIXTURE(room_fixture, "a room has at most so many members") {
  config.limits.members_per_room = 3;
  load();
  CHECK(ask<room_view>(room, invite(caller(1), 5)).failure() == errc::limit_exceeded);
}

TEST_CASE_FIXTURE(room_fixture, "anyone but guests may join a public room, and read it before") {
  record.room.kind = room_kind::open;
  load();
  CHECK(ask<room_admission>(room, room_admit{room_id{7}, caller(9)}).value().my_role == member_role::none);
  CHECK(ask<room_view>(room, invite(caller(9, role::guest), 9)).failure() == errc::forbidden);
  CHECK(ask<room_view>(room, invite(caller(9), 8)).failure() == errc::forbidden);
  CHECK_FALSE(ask<room_view>(room, invite(caller(9), 9)).arrived());
  CHECK(ask<std::uint32_t>(room, room_mark_read{room_id{7}, caller(9), 1}).failure() == errc::forbidden);
}

TEST_CASE_FIXTURE(room_fixture, "who may be removed, and by whom") {
  load();
  auto expel = [&](int who, int target) {
    return ask<done>(room, room_expel{room_id{7}, caller(who), user_id{target}}).failure();
  };
  CHECK(expel(2, 3) == errc::forbidden);
  CHECK(expel(3, 1) == errc::conflict); // the owner stays
  CHECK(expel(1, 1) == errc::conflict);
  CHECK(expel(1, 9) == errc::not_found);
  CHECK(expel(9, 9) == errc::hidden);
  CHECK(expel(2, 2) == errc::none); // leaving; the write is under way
  CHECK(expel(1, 2) == errc::not_found);
}

TEST_CASE_FIXTURE(room_fixture, "a removal that fails leaves the member as it was") {
  load();
  auto gone = ask<done>(room, room_expel{room_id{7}, caller(1), user_id{2}});
  writer.fail<remove_member>(errc::unavailable);
  CHECK(gone.failure() == errc::unavailable);
  CHECK_FALSE(post(2, "still here").arrived());
}

TEST_CASE_FIXTURE(room_fixture, "a direct room stays as it is") {
  record.room.kind = room_kind::direct;
  load();
  CHECK(ask<room_view>(room, room_rename{room_id{7}, caller(1), "x"}).failure() == errc::forbidden);
  CHECK(ask<room_view>(room, invite(caller(1), 5)).failure() == errc::forbidden);
  CHECK(ask<done>(room, room_expel{room_id{7}, caller(2), user_id{2}}).failure() == errc::forbidden);
}

TEST_CASE_FIXTURE(room_fixture, "a rename is checked, written and told") {
  load_and_watch();
  CHECK(ask<room_view>(room, room_rename{room_id{7}, caller(2), "x"}).failure() == errc::forbidden);
  CHECK(ask<room_view>(room, room_rename{room_id{7}, caller(1), ""}).failure() == errc::validation_failed);
  auto renamed = ask<room_view>(room, room_rename{room_id{7}, caller(1), "coffee"});
  auto event = message_at(5, "coffee");
  event.kind = event_kind::room_renamed;
  writer.answer<rename_room>(event);
  CHECK(renamed.value().name == "coffee");
  CHECK(renamed.value().last_offset == 5);
  CHECK(seen() == offsets{5});
}

TEST_CASE_FIXTURE(room_fixture, "a read mark goes no further than the log") {
  load();
  auto marked = ask<std::uint32_t>(room, room_mark_read{room_id{7}, caller(2), 99});
  CHECK(writer->last<mark_read>().offset == 4);
  writer.answer<mark_read>(std::uint32_t{3});
  CHECK(marked.value() == 3);
}

TEST_CASE_FIXTURE(room_fixture, "only the owner deletes a room, and its mirrors hear of it") {
  load_and_watch();
  CHECK(ask<done>(room, room_remove{room_id{7}, caller(3)}).failure() == errc::forbidden);
  auto removed = ask<done>(room, room_remove{room_id{7}, caller(1)});
  writer.answer<delete_room>(done{});
  removed.value();
  CHECK(mirror->count<room_gone>() == 1);
  CHECK(post_failure(caller(1), "x") == errc::hidden);
}

TEST_CASE_FIXTURE(room_fixture, "presence is gathered from all watching nodes; one that fails has nobody") {
  load();
  CHECK(ask<std::vector<client_info>>(room, room_list_presence{room_id{7}, caller(2)}).value().empty());
  fake<room_mirror_actor> other{*this};
  ask<room_watched>(room, room_watch{room_id{7}, mirror});
  ask<room_watched>(room, room_watch{room_id{7}, other});
  auto present = ask<std::vector<client_info>>(room, room_list_presence{room_id{7}, caller(2)});
  mirror.answer<list_local_clients>(std::vector<client_info>{{user_id{1}, "user1", uuid_of(1)}});
  CHECK_FALSE(present.arrived());
  stop(other.handle());
  advance(config.store_deadline + 1s, 1s);
  CHECK(present.value().size() == 1);
}

TEST_CASE_FIXTURE(room_fixture, "a node that stops watching, or dies, is told nothing more") {
  load_and_watch();
  fake<room_mirror_actor> other{*this};
  CHECK(ask<room_watched>(room, room_watch{room_id{7}, other}).value().tail == 4);
  ask<room_watched>(room, room_watch{room_id{7}, other}); // twice is once
  post(1, "a");
  commit(5);
  CHECK(other->count<room_batch>() == 1);
  send(room, room_unwatch{room_id{7}, other});
  stop(mirror.handle());
  post(1, "b");
  commit(6);
  CHECK(other->count<room_batch>() == 1);
  CHECK(mirror->count<room_batch>() == 1);
  CHECK(ask<std::vector<client_info>>(room, room_list_presence{room_id{7}, caller(2)}).arrived());
}

TEST_CASE_FIXTURE(room_fixture, "comings and goings are told to all watching nodes") {
  load_and_watch();
  send(room, room_announce{room_id{7}, {user_id{2}, "user2", uuid_of(2)}, true});
  CHECK(mirror->last<room_announce>().joined);
}

TEST_CASE_FIXTURE(room_fixture, "an idle room asks to go, one with work or watchers does not") {
  config.write_deadline = 1h;
  load();
  post(2, "x");
  advance(3 * config.idle, 1s);
  CHECK(partition->count<room_idle>() == 0); // its write is under way
  commit(5);
  advance(2 * config.idle, 1s);
  REQUIRE(partition->count<room_idle>() > 0);
  CHECK(partition->last<room_idle>().handled == 1);
  auto asked = partition->count<room_idle>();
  ask<room_watched>(room, room_watch{room_id{7}, mirror});
  advance(3 * config.idle, 1s);
  CHECK(partition->count<room_idle>() == asked);
}

TEST_CASE_FIXTURE(room_fixture, "a room that could not be loaded refuses, and goes at once") {
  begin();
  store.fail<load_room>(errc::not_found);
  CHECK(post_failure(caller(1), "x") == errc::hidden);
  REQUIRE(partition->count<room_idle>() > 0);
  CHECK(partition->last<room_idle>().handled == 1);
  CHECK(ask<room_watched>(room, room_watch{room_id{7}, mirror}).failure() == errc::hidden);
  CHECK(partition->last<room_idle>().handled == 2);
}

#include "tests/contract/store_fixture.hpp"

#include <algorithm>
#include <set>

using namespace callboard;

CONTRACT_CASE("a room is made with its members, writes nothing into its log and tells the members") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob"), carol = store.add_user("carol");
  auto form = store.room_of(alice, {bob, carol});
  form.guests_may_write = true;
  auto room = store.perform(form);
  CHECK(number_of(room.id) == 1);
  CHECK(room.member_count == 3);
  CHECK(room.my_role == member_role::owner);
  CHECK(room.last_offset == 0);
  CHECK(room.guests_may_write);
  CHECK(store.ask(read_events{room.id}).empty());

  auto loaded = store.ask(load_room{room.id});
  CHECK(loaded.room.name == "the room");
  CHECK(loaded.room.created_by == alice);
  REQUIRE(loaded.members.size() == 3);
  CHECK(loaded.members[0].username == "alice");
  CHECK(loaded.members[0].role == member_role::owner);
  CHECK(loaded.members[1].role == member_role::member);

  CHECK(store.events_of("1", "room.created").size() == 1);
  auto added = store.events_of("1", "member.added");
  REQUIRE(added.size() == 2);
  CHECK(added[0].users == std::vector{bob});
  CHECK(added[1].users == std::vector{carol});
  CHECK(added[0].room == room.id);
  CHECK(added[0].room_name == "the room");
  CHECK(store.say(room.id, alice, "first") == 1);
}

CONTRACT_CASE("a room with an unknown or overbooked member is not made at all") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto form = store.room_of(alice, {bob, user_id{77}});
  auto refused = store.attempt(form);
  REQUIRE_FALSE(refused);
  CHECK(code_of(refused.error()) == errc::unknown_members);
  auto context = context_of(refused.error());
  REQUIRE(context.fields.size() == 1);
  CHECK(context.fields[0].pointer == "/members/1");

  form = store.room_of(alice, {bob});
  form.max_rooms_per_user = 1;
  store.perform(form);
  CHECK(store.refused(form) == errc::limit_exceeded);
  auto other = store.room_of(store.add_user("carol"), {bob});
  other.max_rooms_per_user = 1;
  CHECK(store.refused(other) == errc::limit_exceeded);
  CHECK(store.ask(list_rooms{bob}).items.size() == 1);
  CHECK(store.ask(list_rooms{user_id{3}}).items.empty());
}

CONTRACT_CASE("a new room belongs to a partition of the node that makes it") {
  auto alice = store.add_user("alice");
  auto guard = store.guard_of(alice);
  claim_partitions other;
  other.owner = "another node";
  for (unsigned i = 0; i < 64; ++i)
    if (static_cast<partition_id>(i) != guard.partition)
      other.partitions.push_back(static_cast<partition_id>(i));
  store.perform(other);
  auto room = store.perform(store.room_of(alice, {}));
  CHECK(store.partition_of(to_string(room.id)) == guard.partition);
}

CONTRACT_CASE("renaming appends an event; deleting removes everything and names the members") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto room = store.add_room(alice, {bob});
  store.say(room, alice, "hello", "k");
  auto event = store.perform(rename_room{store.guard_of(room), room, alice, "alice", "new name"});
  CHECK(event.kind == event_kind::room_renamed);
  CHECK(event.offset == 2);
  CHECK(event.text == "new name");
  CHECK(store.ask(load_room{room}).room.name == "new name");

  store.perform(delete_room{store.guard_of(room), room, alice});
  CHECK(store.refused_query(load_room{room}) == errc::not_found);
  CHECK(store.refused_query(read_events{room}) == errc::not_found);
  CHECK(store.refused_query(list_members{room}) == errc::not_found);
  CHECK(store.ask(list_rooms{bob}).items.empty());
  auto deleted = store.events_of(to_string(room), "room.deleted");
  REQUIRE(deleted.size() == 1);
  CHECK(deleted[0].users == std::vector{alice, bob});
  CHECK(deleted[0].room_name == "new name");

  CHECK(store.refused(delete_room{store.guard_of(room), room, alice}) == errc::not_found);
  CHECK(store.refused(rename_room{store.guard_of(room), room, alice, "alice", "x"}) == errc::not_found);
  CHECK(number_of(store.add_room(alice)) == 2); // ids are never given again
}

CONTRACT_CASE("rooms are listed with unread counts and last messages, the most recently active first") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto first = store.add_room(alice, {bob});
  store.now += std::chrono::seconds{1};
  auto second = store.add_room(alice, {bob});
  store.now += std::chrono::seconds{1};
  store.say(first, alice, "one");
  store.say(first, alice, "two");
  store.say(first, bob, "mine");
  auto rooms = store.ask(list_rooms{bob}).items;
  REQUIRE(rooms.size() == 2);
  CHECK(rooms[0].id == first);
  CHECK(rooms[0].unread == 2);
  CHECK(rooms[0].my_role == member_role::member);
  REQUIRE(rooms[0].last_message);
  CHECK(rooms[0].last_message->text == "mine");
  CHECK(rooms[1].id == second);
  CHECK_FALSE(rooms[1].last_message);

  CHECK(store.perform(mark_read{store.guard_of(first), first, bob, 1}) == 1);
  CHECK(store.perform(mark_read{store.guard_of(first), first, bob, 0}) == 1); // never back
  CHECK(store.ask(list_rooms{bob}).items[0].unread == 1);
  CHECK(store.perform(mark_read{store.guard_of(first), first, bob, 500}) == 0);
  store.say(first, alice, "three");
  CHECK(store.ask(list_rooms{bob}).items[0].unread == 1); // the mark stopped at the end
  CHECK(store.refused(mark_read{store.guard_of(room_id{9}), room_id{9}, bob, 1}) == errc::not_found);
}

CONTRACT_CASE("unread messages count to 1,000 and no further") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto room = store.add_room(alice, {bob});
  auto op = store.message(room, alice, "x");
  op.events.resize(1200, op.events[0]);
  store.perform(op);
  CHECK(store.ask(list_rooms{bob}).items[0].unread == 1000);
  CHECK(store.perform(mark_read{store.guard_of(room), room, bob, 201}) == 999);
}

CONTRACT_CASE("public rooms are listed for everybody") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  store.add_room(alice);
  auto open = store.add_room(alice, {}, room_kind::open);
  store.say(open, alice, "welcome");
  auto rooms = store.ask(list_rooms{bob, true}).items;
  REQUIRE(rooms.size() == 1);
  CHECK(rooms[0].id == open);
  CHECK(rooms[0].my_role == member_role::none);
  CHECK(rooms[0].unread == 0);
  CHECK(store.ask(list_rooms{bob}).items.empty());
}

CONTRACT_CASE("pages of rooms neither double nor leave out while rooms are made") {
  auto alice = store.add_user("alice");
  std::set<std::int64_t> expected, seen;
  for (int i = 0; i < 7; ++i)
    expected.insert(number_of(store.add_room(alice))); // all active at the same time: the id decides
  list_rooms question{alice, false, 2, ""};
  std::size_t count = 0;
  do {
    auto page = store.ask(question);
    for (auto& room : page.items) {
      seen.insert(number_of(room.id));
      ++count;
    }
    store.now += std::chrono::seconds{1};
    store.add_room(alice);
    question.cursor = page.next;
  } while (!question.cursor.empty());
  CHECK(seen == expected);
  CHECK(count == expected.size());
  for (auto bad : {"x", "1", "1.", "1.2.3", ".", "99999999999999999999.1"})
    CHECK(store.refused_query(list_rooms{alice, false, 2, bad}) == errc::bad_request);
}

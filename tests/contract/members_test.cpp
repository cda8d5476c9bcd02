#include "tests/contract/store_fixture.hpp"

using namespace callboard;
using contract::store_fixture;

namespace {

add_members adding(store_fixture& store, room_id room, user_id actor, const std::vector<user_id>& users) {
  add_members op;
  op.guard = store.guard_of(room);
  op.room = room;
  op.actor = actor;
  op.actor_name = "alice";
  for (auto user : users)
    op.members.push_back({user, "", member_role::member, {}});
  return op;
}

} // namespace

CONTRACT_CASE("members who are new are added with an event each; who is there already is left out") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob"), carol = store.add_user("carol");
  auto room = store.add_room(alice, {bob});
  store.say(room, alice, "before");
  auto events = store.perform(adding(store, room, alice, {bob, carol, carol}));
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == event_kind::member_added);
  CHECK(events[0].offset == 2);
  CHECK(events[0].target == carol);
  CHECK(events[0].target_name == "carol");
  CHECK(store.ask(load_room{room}).room.member_count == 3);
  CHECK(store.ask(read_events{room}).back().target_name == "carol");
  CHECK(store.ask(list_rooms{carol}).items.at(0).unread == 0); // what was said before they came
  CHECK(store.events_of(to_string(room), "member.added").size() == 2);
  CHECK(store.perform(adding(store, room, alice, {bob})).empty());
}

CONTRACT_CASE("adding is refused whole: unknown users, full users, no room") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto room = store.add_room(alice);
  auto op = adding(store, room, alice, {bob, user_id{50}});
  CHECK(store.refused(op) == errc::unknown_members);
  CHECK(store.ask(load_room{room}).members.size() == 1);
  store.add_room(bob);
  op = adding(store, room, alice, {bob});
  op.max_rooms_per_user = 1;
  CHECK(store.refused(op) == errc::limit_exceeded);
  CHECK(store.ask(load_room{room}).room.member_count == 1);
  CHECK(store.ask(read_events{room}).empty());
  CHECK(store.refused(adding(store, room_id{9}, alice, {bob})) == errc::not_found);
}

CONTRACT_CASE("removing a member appends an event; a second time it is not found") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto room = store.add_room(alice, {bob});
  remove_member op{store.guard_of(room), room, alice, "alice", bob};
  auto event = store.perform(op);
  CHECK(event.kind == event_kind::member_removed);
  CHECK(event.target_name == "bob");
  CHECK(event.offset == 1);
  auto removed = store.events_of(to_string(room), "member.removed");
  REQUIRE(removed.size() == 1);
  CHECK(removed[0].users == std::vector{bob});
  CHECK(store.ask(load_room{room}).room.member_count == 1);
  CHECK(store.ask(list_rooms{bob}).items.empty());
  CHECK(store.refused(op) == errc::not_found);
  CHECK(store.ask(read_events{room}).size() == 1);
}

CONTRACT_CASE("members are paged by user id") {
  auto alice = store.add_user("alice");
  std::vector<user_id> users;
  for (int i = 0; i < 6; ++i)
    users.push_back(store.add_user("user" + std::to_string(i)));
  auto room = store.add_room(alice, users);
  std::vector<user_id> seen;
  list_members question{room, 3, ""};
  std::size_t removed = 0;
  do {
    auto page = store.ask(question);
    for (auto& found : page.items)
      seen.push_back(found.user);
    question.cursor = page.next;
    store.perform(remove_member{store.guard_of(room), room, alice, "alice", seen[removed++]});
  } while (!question.cursor.empty() && seen.size() < 20);
  users.insert(users.begin(), alice);
  CHECK(seen == users);
}

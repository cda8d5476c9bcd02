#include "tests/contract/store_fixture.hpp"

using namespace callboard;

CONTRACT_CASE("a refused operation leaves the others of its batch untouched") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto room = store.add_room(alice);
  auto overbooked = store.room_of(alice, {bob});
  overbooked.max_rooms_per_user = 1;
  add_members half_known;
  half_known.guard = store.guard_of(room);
  half_known.room = room;
  half_known.members = {{bob, "", member_role::member, {}}, {user_id{99}, "", member_role::member, {}}};
  write_batch batch{{store.message(room, alice, "one"), overbooked, store.message(room_id{99}, alice, "nowhere"),
                     half_known, store.session_for(user_id{99}, 1), store.message(room, alice, "two")}};
  auto answers = store.writer().execute(batch);
  REQUIRE(answers);
  auto& list = answers->answers;
  REQUIRE(list.size() == 6);
  CHECK(std::get<std::vector<appended>>(list[0])[0].offset == 1);
  CHECK(code_of(std::get<caf::error>(list[1])) == errc::limit_exceeded);
  CHECK(code_of(std::get<caf::error>(list[2])) == errc::not_found);
  CHECK(code_of(std::get<caf::error>(list[3])) == errc::unknown_members);
  CHECK(code_of(std::get<caf::error>(list[4])) == errc::not_found);
  CHECK(std::get<std::vector<appended>>(list[5])[0].offset == 2);
  CHECK(store.ask(load_room{room}).members.size() == 1);
  CHECK(store.ask(list_rooms{alice}).items.size() == 1);
  CHECK(store.events_of("2", "room.created").empty());
}

CONTRACT_CASE("what breaks a rule of the schema late in an operation is taken back whole, its events too") {
  auto alice = store.add_user("alice");
  store.perform(store.session_for(alice, 1));
  store.now += std::chrono::seconds{1};
  auto doubled = store.session_for(alice, 2); // the id is taken; it evicts the first before it finds out
  doubled.max_sessions = 2;
  auto before = store.ask(read_outbox{store.guard_of(alice).partition, 0, 100}).size();
  auto answers = store.writer().execute({{store.session_for(alice, 2), doubled}});
  REQUIRE(answers);
  CHECK(std::holds_alternative<std::vector<session_id>>(answers->answers[0]));
  CHECK(code_of(std::get<caf::error>(answers->answers[1])) == errc::conflict);
  CHECK(store.ask(list_sessions{alice, store.now}).size() == 2);
  CHECK(store.ask(read_outbox{store.guard_of(alice).partition, 0, 100}).size() == before + 1);
}

CONTRACT_CASE("an operation under another epoch answers moved; the rest of the batch goes on") {
  auto alice = store.add_user("alice");
  auto room = store.add_room(alice);
  auto old_guard = store.guard_of(room);
  auto stale = store.message(room, alice, "stale");
  auto stale_user = store.room_of(alice, {});
  store.claim_all();
  CHECK(store.guard_of(room).epoch != old_guard.epoch);
  auto answers = store.writer().execute({{stale, store.message(room, alice, "fresh"), stale_user}});
  REQUIRE(answers);
  CHECK(code_of(std::get<caf::error>(answers->answers[0])) == errc::moved);
  CHECK(std::get<std::vector<appended>>(answers->answers[1])[0].offset == 1);
  CHECK(code_of(std::get<caf::error>(answers->answers[2])) == errc::moved);
  fence nowhere{static_cast<partition_id>(64), epoch_number{1}};
  CHECK(store.refused(trim_outbox{nowhere, 5}) == errc::internal);
}

CONTRACT_CASE("a claim counts for the operations after it, in the same batch too") {
  auto alice = store.add_user("alice");
  auto room = store.add_room(alice);
  auto guard = store.guard_of(room);
  claim_partitions claim{"other", {guard.partition}};
  auto next = store.message(room, alice, "after");
  next.guard.epoch = epoch_number{number_of(guard.epoch) + 1};
  auto answers = store.writer().execute(
      {{store.message(room, alice, "before"), claim, next, store.message(room, alice, "too late"),
        claim_partitions{"other", {guard.partition, partition_id{64}}}, next}});
  REQUIRE(answers);
  CHECK(std::holds_alternative<std::vector<appended>>(answers->answers[0]));
  CHECK(std::get<std::vector<epoch_number>>(answers->answers[1])[0] == next.guard.epoch);
  CHECK(std::holds_alternative<std::vector<appended>>(answers->answers[2]));
  CHECK(code_of(std::get<caf::error>(answers->answers[3])) == errc::moved);
  CHECK(code_of(std::get<caf::error>(answers->answers[4])) == errc::internal);
  CHECK(std::holds_alternative<std::vector<appended>>(answers->answers[5])); // that claim was taken back
}

CONTRACT_CASE("an empty batch is answered with nothing") {
  auto answers = store.writer().execute({});
  REQUIRE(answers);
  CHECK(answers->answers.empty());
}

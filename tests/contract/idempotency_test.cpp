#include "tests/contract/store_fixture.hpp"

using namespace callboard;
using namespace std::chrono_literals;

CONTRACT_CASE("a room asked for twice under one key is made once, for a day") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto form = store.room_of(alice, {});
  form.idempotency = idempotency_claim{"POST /rooms", "key", "hash"};
  auto answers = store.writer().execute({{form, form}});
  REQUIRE(answers);
  auto first = std::get<room_view>(answers->answers[0]);
  CHECK(std::get<room_view>(answers->answers[1]).id == first.id);
  store.now += 23h;
  auto repeated = store.perform(form);
  CHECK(repeated.id == first.id);
  CHECK(repeated.my_role == member_role::owner);
  auto other_body = form;
  other_body.idempotency->body_hash = "another";
  CHECK(store.refused(other_body) == errc::idempotency_mismatch);
  auto other_user = store.room_of(bob, {});
  other_user.idempotency = form.idempotency;
  CHECK(store.perform(other_user).id != first.id);
  store.now += 1h;
  CHECK(store.perform(other_body).id != first.id); // the day is over
  CHECK(store.refused(form) == errc::idempotency_mismatch);
}

CONTRACT_CASE("a refused creation keeps no claim; a deleted result is not found") {
  auto alice = store.add_user("alice");
  auto form = store.room_of(alice, {user_id{99}});
  form.idempotency = idempotency_claim{"POST /rooms", "key", "hash"};
  CHECK(store.refused(form) == errc::unknown_members);
  form.members.clear();
  auto room = store.perform(form);
  store.perform(delete_room{store.guard_of(room.id), room.id, alice});
  CHECK(store.refused(form) == errc::not_found);
}

CONTRACT_CASE("a reminder asked for twice under one key is made once") {
  auto alice = store.add_user("alice");
  create_reminder form;
  form.guard = store.guard_of(alice);
  form.reminder.owner = alice;
  form.reminder.text = "tea";
  form.max_pending = 1;
  form.idempotency = idempotency_claim{"POST /reminders", "key", "hash"};
  auto first = store.perform(form);
  CHECK(store.perform(form).id == first.id);
  CHECK(store.ask(list_reminders{alice}).items.size() == 1);
  form.idempotency->body_hash = "another";
  CHECK(store.refused(form) == errc::idempotency_mismatch);
}

CONTRACT_CASE("the claims of a user are bounded: the oldest go") {
  auto alice = store.add_user("alice");
  auto form = store.room_of(alice, {});
  form.idempotency = idempotency_claim{"POST /rooms", "first", "hash"};
  auto first = store.perform(form);
  write_batch batch;
  for (int i = 0; i < 1000; ++i) {
    form.idempotency->key = std::to_string(i);
    batch.operations.push_back(form);
  }
  store.now += 1s;
  REQUIRE(store.writer().execute(batch));
  form.idempotency->key = "999";
  CHECK(number_of(store.perform(form).id) == 1001);
  form.idempotency->key = "first";
  CHECK(store.perform(form).id != first.id);
}

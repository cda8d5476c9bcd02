#include <algorithm>

#include "tests/contract/store_fixture.hpp"

using namespace callboard;
using namespace std::chrono_literals;

CONTRACT_CASE("a reminder fires once, with its event in the personal stream") {
  auto alice = store.add_user("alice");
  auto made = store.add_reminder(alice, "tea", store.now + 1min);
  CHECK(made.created_at == store.now);
  fire_reminder op{store.guard_of(alice), made.id, made.version, store.now + 61s};
  auto fired = store.perform(op);
  CHECK(fired.record.state == reminder_state::firing);
  CHECK(fired.record.version == made.version + 1);
  CHECK(fired.record.fired_count == 1);
  CHECK(fired.event.offset == 1);
  CHECK(fired.event.kind == personal_kind::reminder_fired);
  CHECK(fired.event.subject == number_of(made.id));
  CHECK(fired.event.fire_seq == 1);
  CHECK(fired.event.fired_at == store.now + 61s);
  CHECK(store.refused(op) == errc::conflict);
  op.version = fired.record.version;
  CHECK(store.refused(op) == errc::conflict); // firing is not scheduled
  op.id = reminder_id{99};
  CHECK(store.refused(op) == errc::conflict);

  auto stream = store.ask(read_personal{alice});
  REQUIRE(stream.events.size() == 1);
  CHECK(stream.tail == 1);
  CHECK(stream.events[0].text == "tea");
  auto events = store.events_of(to_string(made.id), "reminder.fired");
  // Reminders hash by their owner's id.
  events = store.ask(read_outbox{store.guard_of(alice).partition, 0, 100});
  CHECK(std::count_if(events.begin(), events.end(), [](auto& e) { return e.type == "reminder.fired"; }) == 1);
}

CONTRACT_CASE("two firings of one version in a batch: one conflicts") {
  auto alice = store.add_user("alice");
  auto made = store.add_reminder(alice, "tea", store.now);
  fire_reminder op{store.guard_of(alice), made.id, made.version, store.now};
  auto answers = store.writer().execute({{op, op}});
  REQUIRE(answers);
  CHECK(std::holds_alternative<fired_reminder>(answers->answers[0]));
  CHECK(code_of(std::get<caf::error>(answers->answers[1])) == errc::conflict);
  CHECK(store.ask(read_personal{alice}).tail == 1);
}

CONTRACT_CASE("a change needs the version before it") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto record = store.add_reminder(alice, "tea", store.now + 1min);
  record.text = "coffee";
  record.state = reminder_state::snoozed;
  record.next_at = store.now + 10min;
  ++record.version;
  change_reminder op{store.guard_of(alice), record, "reminder.snoozed"};
  CHECK(store.perform(op).text == "coffee");
  CHECK(store.refused(op) == errc::conflict);
  auto stored = store.ask(get_reminder{alice, record.id});
  CHECK(stored.state == reminder_state::snoozed);
  CHECK(stored.next_at == store.now + 10min);
  CHECK(store.refused_query(get_reminder{bob, record.id}) == errc::not_found);
  op.record.owner = bob;
  CHECK(store.refused(op) == errc::not_found);
  op.record = stored;
  ++op.record.version;
  op.event = "reminder.nonsense";
  CHECK(store.refused(op) == errc::internal);
  CHECK(store.ask(get_reminder{alice, record.id}).version == stored.version); // taken back
  fire_reminder fire{store.guard_of(alice), record.id, stored.version, store.now};
  CHECK(store.perform(fire).record.fired_count == 1);
}

CONTRACT_CASE("pending reminders are bounded") {
  auto alice = store.add_user("alice");
  create_reminder form;
  form.guard = store.guard_of(alice);
  form.reminder.owner = alice;
  form.max_pending = 2;
  auto first = store.perform(form);
  store.perform(form);
  CHECK(store.refused(form) == errc::limit_exceeded);
  first.state = reminder_state::cancelled;
  ++first.version;
  store.perform(change_reminder{store.guard_of(alice), first, "reminder.cancelled"});
  store.perform(form);
  form.reminder.owner = user_id{99};
  CHECK(store.refused(form) == errc::not_found);
}

CONTRACT_CASE("due reminders of a partition come by time, those found firing too") {
  auto alice = store.add_user("alice");
  auto late = store.add_reminder(alice, "late", store.now + 2h);
  auto second = store.add_reminder(alice, "second", store.now + 2min);
  auto first = store.add_reminder(alice, "first", store.now + 1min);
  auto done = store.add_reminder(alice, "done", store.now + 1s);
  done.state = reminder_state::delivered;
  ++done.version;
  store.perform(change_reminder{store.guard_of(alice), done, ""});
  store.perform(fire_reminder{store.guard_of(alice), late.id, late.version, store.now});
  auto partition = store.guard_of(alice).partition;
  std::vector<reminder_id> ids;
  for (auto& record : store.ask(due_reminders{partition, store.now + 1h}))
    ids.push_back(record.id);
  CHECK(ids == std::vector{first.id, second.id, late.id});
  CHECK(store.ask(due_reminders{partition, store.now + 1h, 1}).size() == 1);
  auto other = static_cast<partition_id>((number_of(partition) + 1) % 64);
  CHECK(store.ask(due_reminders{other, store.now + 1h}).empty());
}

CONTRACT_CASE("reminders are paged by time while more are made") {
  auto alice = store.add_user("alice");
  std::vector<reminder_id> expected, seen;
  for (int i = 0; i < 5; ++i)
    expected.push_back(store.add_reminder(alice, "x", store.now + 1min).id); // the same time: the id decides
  list_reminders question{alice, true, 2, ""};
  do {
    auto page = store.ask(question);
    for (auto& record : page.items)
      seen.push_back(record.id);
    question.cursor = page.next;
    store.add_reminder(alice, "earlier", store.now);
  } while (!question.cursor.empty());
  CHECK(seen == expected);
  CHECK(store.ask(list_reminders{alice}).items.size() == 8);
}

CONTRACT_CASE("a personal stream takes an event once per cause") {
  auto alice = store.add_user("alice");
  append_personal op;
  op.guard = store.guard_of(alice);
  op.user = alice;
  op.event.cause = contract::numbered_uuid(5);
  op.event.subject = 3;
  op.event.text = "room";
  CHECK(store.perform(op).offset == 1);
  auto again = store.perform(op);
  CHECK(again.duplicate);
  CHECK(again.offset == 1);
  op.event.cause = contract::numbered_uuid(6);
  CHECK(store.perform(op).offset == 2);
  auto page = store.ask(read_personal{alice, 1, 10});
  REQUIRE(page.events.size() == 1);
  CHECK(page.events[0].cause == contract::numbered_uuid(6));
  CHECK(page.tail == 2);
  op.user = user_id{99};
  CHECK(store.refused(op) == errc::not_found);
  CHECK(store.ask(read_personal{user_id{99}}).tail == 0);
}

#include "tests/contract/store_fixture.hpp"

#include <algorithm>
#include <set>

#include <boost/json.hpp>

using namespace callboard;

CONTRACT_CASE("outbox rows are JSON objects with rising positions, read in pages and trimmed") {
  auto alice = store.add_user("alice");
  auto room = store.add_room(alice);
  for (int i = 0; i < 5; ++i)
    store.say(room, alice, std::string{"\"\\\n\x01 привет "} + std::to_string(i), "key" + std::to_string(i));
  auto partition = store.guard_of(room).partition;
  auto all = store.ask(read_outbox{partition, 0, 100});
  REQUIRE(all.size() >= 6); // room.created and five messages, and what else hashes here
  std::set<uuid> ids;
  std::int64_t last = 0;
  for (auto& event : all) {
    CHECK(event.position > last);
    last = event.position;
    ids.insert(event.id);
    CHECK(boost::json::parse(event.data).is_object());
    CHECK(event.created_at == store.now);
  }
  CHECK(ids.size() == all.size());
  auto message = boost::json::parse(store.events_of(to_string(room), "message.created")[2].data).as_object();
  CHECK(message["text"] == "\"\\\n\x01 привет 2");
  CHECK(message["offset"] == 3);
  CHECK(message["user_id"] == number_of(alice));
  CHECK(message["key"] == "key2");
  CHECK(message["created_at"] == "2027-01-15T08:00:00.000Z");

  auto first = store.ask(read_outbox{partition, 0, 2});
  auto second = store.ask(read_outbox{partition, first.back().position, 100});
  CHECK(first.size() + second.size() == all.size());

  store.perform(trim_outbox{store.guard_of(room), first.back().position});
  CHECK(store.ask(read_outbox{partition, 0, 100}).size() == second.size());
  store.perform(trim_outbox{store.guard_of(room), last});
  CHECK(store.ask(read_outbox{partition, 0, 100}).empty());
  store.say(room, alice, "later");
  CHECK(store.ask(read_outbox{partition, last, 100}).size() == 1); // positions go on after a trim
}

CONTRACT_CASE("partitions whose outbox grew since a position are found") {
  auto none = store.ask(get_outbox_growth{});
  CHECK(none.last == 0);
  CHECK(none.partitions.empty());
  auto alice = store.add_user("alice");
  auto first = store.ask(get_outbox_growth{});
  CHECK(first.partitions == std::vector{store.guard_of(alice).partition});
  CHECK(first.last == store.ask(read_outbox{store.guard_of(alice).partition, 0, 100}).back().position);
  CHECK(store.ask(get_outbox_growth{first.last}).partitions.empty());
  auto room = store.add_room(alice);
  auto second = store.ask(get_outbox_growth{first.last});
  CHECK(second.last > first.last);
  CHECK(std::count(second.partitions.begin(), second.partitions.end(), store.guard_of(room).partition) == 1);
  auto partition = store.guard_of(room).partition;
  store.perform(trim_outbox{store.guard_of(room), second.last});
  auto rest = store.ask(get_outbox_growth{first.last}).partitions;
  CHECK(std::count(rest.begin(), rest.end(), partition) == 0);
  CHECK(store.ask(get_outbox_growth{second.last}).last == second.last); // also when nothing waits any more
}

CONTRACT_CASE("the status tells the store's epoch and what waits in the outbox") {
  auto empty = store.ask(get_store_status{});
  CHECK(empty.store_epoch.size() == 16);
  CHECK(empty.outbox_rows == 0);
  CHECK(empty.oldest_outbox_row == timestamp{});
  auto first = store.now;
  store.add_user("alice");
  store.now += std::chrono::seconds{5};
  store.add_user("bob");
  auto status = store.ask(get_store_status{});
  CHECK(status.outbox_rows == 2);
  CHECK(status.oldest_outbox_row == first);
  CHECK(status.store_epoch == empty.store_epoch);
}

CONTRACT_CASE("an event carries the trace of its operation, and only its own") {
  auto trace = *parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  auto other = *parse_traceparent("00-11111111111111111111111111111111-2222222222222222-00");
  auto alice = store.add_user("alice");
  auto room = store.add_room(alice);
  append_events appends;
  appends.guard = store.guard_of(room);
  appends.room = room;
  appends.events.resize(3);
  for (auto& each : appends.events) {
    each.actor = alice;
    each.text = "x";
  }
  appends.traces = {{0, trace}, {2, other}};
  store.perform(appends);
  store.say(room, alice, "untraced");
  auto messages = store.events_of(to_string(room), "message.created");
  REQUIRE(messages.size() == 4);
  CHECK(messages[0].trace == trace);
  CHECK(messages[1].trace.empty());
  CHECK(messages[2].trace == other);
  CHECK(messages[3].trace.empty());

  register_user account;
  account.username = "bob";
  account.trace = trace;
  auto bob = store.perform(account);
  auto made = store.events_of(to_string(bob.id), "user.created");
  REQUIRE(made.size() == 1);
  CHECK(made[0].trace == trace);
  auto carol = store.add_user("carol");
  CHECK(store.events_of(to_string(carol), "user.created").at(0).trace.empty());
}

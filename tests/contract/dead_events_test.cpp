#include "tests/contract/store_fixture.hpp"

using namespace callboard;

namespace {

// The event of a user's registration, taken from the outbox as a relay takes it.
domain_event registration(contract::store_fixture& store, user_id user) {
  auto guard = store.guard_of(user);
  for (auto& event : store.ask(read_outbox{guard.partition, 0, 1'000}))
    if (event.type == "user.created" && event.key == to_string(user))
      return event;
  FAIL("there is no such event");
  return {};
}

} // namespace

CONTRACT_CASE("a dead event is kept once, listed, and replayed under its id, after what came meanwhile") {
  auto ann = store.add_user("ann");
  auto guard = store.guard_of(ann);
  auto event = registration(store, ann);
  store.now += std::chrono::seconds{5};
  store.perform(keep_dead_events{{{guard.partition, event, "too large", {}}}});
  store.perform(keep_dead_events{{{guard.partition, event, "another reason", {}}}});
  auto dead = store.ask(list_dead_events{});
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].partition == guard.partition);
  CHECK(dead[0].reason == "too large");
  CHECK(dead[0].died_at == store.now);
  CHECK(dead[0].event.id == event.id);
  CHECK(dead[0].event.data == event.data);
  CHECK(dead[0].event.created_at == event.created_at);

  store.perform(trim_outbox{guard, event.position});
  CHECK(store.perform(replay_dead_events{{uuid{}}}) == 0);
  CHECK(store.perform(replay_dead_events{{event.id}}) == 1);
  CHECK(store.ask(list_dead_events{}).empty());
  auto again = registration(store, ann);
  CHECK(again.id == event.id);
  CHECK(again.topic == event.topic);
  CHECK(again.data == event.data);
  CHECK(again.created_at == event.created_at);
  CHECK(again.position > event.position);
}

CONTRACT_CASE("all dead events are replayed at once, the oldest first") {
  std::vector<user_id> users{store.add_user("ann"), store.add_user("bob"), store.add_user("cat")};
  keep_dead_events operation;
  for (auto i = users.rbegin(); i != users.rend(); ++i) {
    auto event = registration(store, *i);
    operation.events.push_back({store.guard_of(*i).partition, event, "not valid", {}});
    store.perform(trim_outbox{store.guard_of(*i), event.position});
  }
  store.perform(operation);
  auto dead = store.ask(list_dead_events{2});
  REQUIRE(dead.size() == 2);
  CHECK(dead[0].event.key == to_string(users[0]));
  CHECK(dead[1].event.key == to_string(users[1]));
  CHECK(store.perform(replay_dead_events{}) == 3);
  CHECK(registration(store, users[0]).position < registration(store, users[1]).position);
  CHECK(registration(store, users[1]).position < registration(store, users[2]).position);
  CHECK(store.perform(replay_dead_events{}) == 0);
}

CONTRACT_CASE("a dead registration forgets the names with its user") {
  auto ann = store.add_user("annabella");
  store.perform(keep_dead_events{{{store.guard_of(ann).partition, registration(store, ann), "too large", {}}}});
  store.perform(delete_user{ann});
  auto dead = store.ask(list_dead_events{});
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].event.data.find("annabella") == std::string::npos);
  CHECK(dead[0].event.data.find(R"("role":"user")") != std::string::npos);
  CHECK(store.dump().find("annabella") == std::string::npos);
}

CONTRACT_CASE("the outbox is not read under another epoch") {
  auto guard = store.guard_of(store.add_user("ann"));
  CHECK(store.ask(read_outbox{guard.partition, 0, 10, guard.epoch}).size() == 1);
  epoch_number other{number_of(guard.epoch) + 1};
  CHECK(store.refused_query(read_outbox{guard.partition, 0, 10, other}) == errc::moved);
}

#include "tests/contract/store_fixture.hpp"

using namespace callboard;

CONTRACT_CASE("a user is registered once per name and address, whatever the case") {
  auto alice = store.add_user("alice");
  auto user = store.ask(get_user{alice});
  CHECK(user.username == "alice");
  CHECK(user.email == "alice@example.com");
  CHECK(user.role == role::user);
  CHECK(user.created_at == store.now);

  register_user again;
  again.username = "ALICE";
  again.email = "Alice@Example.com";
  auto refused = store.attempt(again);
  REQUIRE_FALSE(refused);
  CHECK(code_of(refused.error()) == errc::conflict);
  auto fields = context_of(refused.error()).fields;
  REQUIRE(fields.size() == 2);
  CHECK(fields[0].pointer == "/username");
  CHECK(fields[1].pointer == "/email");

  again.username = "deleted-12"; // would be taken for a deleted user
  again.email = "";
  CHECK(store.refused(again) == errc::conflict);
  again.username = "guest1";
  store.perform(again);
  again.username = "guest2"; // several without an address
  store.perform(again);
  CHECK(store.events_of(to_string(alice), "user.created").size() == 1);
}

CONTRACT_CASE("credentials are found by username and by e-mail") {
  auto alice = store.add_user("alice");
  for (auto login : {"alice", "Alice", "ALICE@example.COM"}) {
    auto found = store.ask(find_credentials{login});
    CHECK(found.user.id == alice);
    CHECK(found.password_hash == "hash of alice");
    CHECK_FALSE(found.disabled);
  }
  CHECK(store.refused_query(find_credentials{"nobody"}) == errc::not_found);
  CHECK(store.refused_query(find_credentials{""}) == errc::not_found);
  CHECK(store.refused_query(get_user{user_id{99}}) == errc::not_found);
}

CONTRACT_CASE("a profile changes field by field") {
  auto alice = store.add_user("alice");
  store.add_user("bob");
  update_user change;
  change.user = alice;
  change.full_name = std::string{"Алиса"};
  change.timezone = std::string{"Europe/Moscow"};
  auto user = store.perform(change);
  CHECK(user.full_name == "Алиса");
  CHECK(user.email == "alice@example.com");
  CHECK(store.ask(get_user{alice}).timezone == "Europe/Moscow");
  change = {};
  change.user = alice;
  change.email = std::string{"BOB@example.com"};
  CHECK(store.refused(change) == errc::conflict);
  change.email = std::string{"New@example.com"};
  CHECK(store.perform(change).email == "new@example.com");
  change.user = user_id{99};
  CHECK(store.refused(change) == errc::not_found);
}

CONTRACT_CASE("a password hash is replaced only if it is still the old one") {
  auto alice = store.add_user("alice");
  store.perform(upgrade_password_hash{alice, "another", "wrong"});
  CHECK(store.ask(find_credentials{"alice"}).password_hash == "hash of alice");
  store.perform(upgrade_password_hash{alice, "hash of alice", "better"});
  CHECK(store.ask(find_credentials{"alice"}).password_hash == "better");
}

CONTRACT_CASE("users are searched by the beginning of either name, guests left out") {
  auto alice = store.add_user("alice"), boris = store.add_user("boris");
  store.add_user("alien", role::guest);
  store.add_user("under_score");
  update_user change;
  change.user = boris;
  change.full_name = std::string{"Алексей Ёлкин"};
  store.perform(change);
  auto ids = [&](const std::string& text) {
    std::vector<user_id> found;
    for (auto& user : store.ask(search_users{text, 50, ""}).items)
      found.push_back(user.id);
    return found;
  };
  CHECK(ids("AL") == std::vector{alice});
  CHECK(ids("алекСЕЙ ё") == std::vector{boris});
  CHECK(ids("%").empty());
  CHECK(ids("under_").size() == 1);
  CHECK(ids("under.").empty());
  CHECK(ids("").size() == 3);
  CHECK(ids(std::string(100'000, 'a')).empty());
  auto page = store.ask(search_users{"", 2, ""});
  CHECK(page.items.size() == 2);
  auto rest = store.ask(search_users{"", 2, page.next});
  CHECK(rest.items.size() == 1);
  CHECK(rest.next.empty());
}

CONTRACT_CASE("names resolve in their order, unknown ones to 0") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  auto found = store.ask(resolve_names{{"bob", "nobody", "Alice@example.com", "bob"}});
  REQUIRE(found.size() == 4);
  CHECK(found[0].user == bob);
  CHECK(found[1].user == user_id{0});
  CHECK(found[2].user == alice);
  CHECK(found[2].username == "alice");
  CHECK(found[3].user == bob);
}

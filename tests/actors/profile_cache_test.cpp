#include "actors/profile_cache.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

/// A cache that keeps everything; leases are "lease of KEY".
struct profile_fixture : deterministic {
  fake<store_actor> store{*this};
  fake<cache_actor> cache{*this};
  std::map<std::string, std::string> kept;
  profile_cache_config config;
  store_actor profiles;

  void begin() {
    config.probe = std::make_shared<node_probe>();
    cache->on<find_cached, cached_value>([this](find_cached& wanted) -> caf::expected<cached_value> {
      auto found = kept.find(wanted.key);
      return found == kept.end() ? cached_value{false, {}, "lease of " + wanted.key}
                                 : cached_value{true, found->second, {}};
    });
    profiles = start(profile_cache, config, store.handle(), cache.handle());
  }
  void keep_all() {
    for (auto& each : cache->all<keep_cached>()) {
      CHECK(each.lease == "lease of " + each.key);
      kept[each.key] = each.bytes;
    }
  }
  static user_view alice() {
    user_view user;
    user.id = user_id{1};
    user.username = "alice";
    user.full_name = std::string{"Ali\0ce", 6};
    user.role = role::admin;
    user.created_at = timestamp{123ms};
    user.email = "alice@example.com";
    user.email_verified = true;
    user.locale = "en";
    user.timezone = "Europe/Paris";
    return user;
  }
  static member named(int id, std::string name) { return {user_id{id}, std::move(name)}; }
};

} // namespace

TEST_CASE_FIXTURE(profile_fixture, "a profile is read once, and whole") {
  begin();
  auto first = ask<user_view>(profiles, get_user{user_id{1}});
  store.answer<get_user>(alice());
  CHECK(first.value().username == "alice");
  keep_all();
  auto again = ask<user_view>(profiles, get_user{user_id{1}}).value();
  CHECK(store->count<get_user>() == 1);
  auto expected = alice();
  CHECK(again.id == expected.id);
  CHECK(again.username == expected.username);
  CHECK(again.full_name == expected.full_name);
  CHECK(again.role == expected.role);
  CHECK(again.created_at == expected.created_at);
  CHECK(again.email == expected.email);
  CHECK(again.email_verified == expected.email_verified);
  CHECK(again.locale == expected.locale);
  CHECK(again.timezone == expected.timezone);
  CHECK(config.probe->profiles.hits.value() == 1);
  CHECK(config.probe->profiles.misses.value() == 1);
}

TEST_CASE_FIXTURE(profile_fixture, "a refusal of the store is not kept") {
  begin();
  auto missing = ask<user_view>(profiles, get_user{user_id{1}});
  store.fail<get_user>(errc::not_found);
  CHECK(missing.failure() == errc::not_found);
  CHECK(cache->count<keep_cached>() == 0);
}

TEST_CASE_FIXTURE(profile_fixture, "bytes that are no profile, or another's, are as good as none") {
  begin();
  ask<user_view>(profiles, get_user{user_id{1}});
  store.answer<get_user>(alice());
  keep_all();
  kept["user:2"] = kept["user:1"];
  kept["user:3"] = "nonsense";
  kept["user:4"] = kept["user:1"].substr(0, 20);
  kept["user:5"] = "";
  for (int i = 2; i <= 5; ++i) {
    auto answer = ask<user_view>(profiles, get_user{user_id{i}});
    CHECK_FALSE(answer.arrived());
    store.answer<get_user>(alice());
    CHECK(answer.arrived());
  }
}

TEST_CASE_FIXTURE(profile_fixture, "without a cache the store answers, and nothing is kept") {
  begin();
  cache->on<find_cached, cached_value>([](find_cached&) -> caf::expected<cached_value> { return cached_value{}; });
  auto refused = ask<user_view>(profiles, get_user{user_id{1}});
  store.answer<get_user>(alice());
  CHECK(refused.value().username == "alice");
  cache->on<find_cached, cached_value>(nullptr);
  auto silent = ask<user_view>(profiles, get_user{user_id{1}});
  advance(config.cache_deadline + 100ms);
  store.answer<get_user>(alice());
  CHECK(silent.value().username == "alice");
  auto names = ask<std::vector<member>>(profiles, resolve_names{{"alice"}});
  advance(config.cache_deadline + 100ms);
  store.answer<resolve_names>(std::vector<member>{named(1, "alice")});
  CHECK(names.value()[0].username == "alice");
  CHECK(cache->count<keep_cached>() == 0);
}

TEST_CASE_FIXTURE(profile_fixture, "names are answered in their order, those that are missing by one question") {
  begin();
  ask<std::vector<member>>(profiles, resolve_names{{"bob"}});
  store.answer<resolve_names>(std::vector<member>{named(2, "bob")});
  keep_all();
  auto mixed = ask<std::vector<member>>(profiles, resolve_names{{"Alice", "BOB", "nobody", "bob"}});
  CHECK(store->last<resolve_names>().names == std::vector<std::string>{"Alice", "nobody"});
  store.answer<resolve_names>(std::vector<member>{named(1, "alice"), {}});
  REQUIRE(mixed.value().size() == 4);
  CHECK(mixed.value()[0].username == "alice");
  CHECK(mixed.value()[1].user == user_id{2});
  CHECK(mixed.value()[1].username == "bob");
  CHECK(mixed.value()[2].user == user_id{});
  CHECK(mixed.value()[3].user == user_id{2});
  keep_all();
  CHECK(kept.contains("name:alice"));
  CHECK_FALSE(kept.contains("name:nobody")); // somebody may take it
  CHECK(ask<std::vector<member>>(profiles, resolve_names{{"alice", "bob"}}).value()[0].user == user_id{1});
  CHECK(store->count<resolve_names>() == 2);
  CHECK(config.probe->directory.hits.value() == 4);
  CHECK(config.probe->directory.misses.value() == 3);
}

TEST_CASE_FIXTURE(profile_fixture, "many names at once, none, and all other questions go to the store as they are") {
  config.max_names = 2;
  begin();
  ask<std::vector<member>>(profiles, resolve_names{{"a", "b", "c"}});
  CHECK(store->last<resolve_names>().names.size() == 3);
  ask<std::vector<member>>(profiles, resolve_names{});
  CHECK(store->count<resolve_names>() == 2);
  auto status = ask<store_status>(profiles, get_store_status{});
  store_status answer;
  answer.store_epoch = "e";
  store.answer<get_store_status>(answer);
  CHECK(status.value().store_epoch == "e");
  CHECK(cache->count<find_cached>() == 0);
}

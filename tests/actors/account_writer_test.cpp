#include "actors/account_writer.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct account_writer_fixture : deterministic {
  fake<log_writer_actor> writer{*this};
  fake<store_actor> store{*this};
  fake<cache_actor> cache{*this};
  account_writer_config config;
  log_writer_actor accounts =
      start(account_writer, config, account_writer_neighbours{writer.handle(), store.handle(), cache.handle()});

  static user_view alice() {
    user_view user;
    user.id = user_id{1};
    user.username = "alice";
    user.email = "alice@example.com";
    return user;
  }
  using keys = std::vector<std::string>;
  const keys& dropped() { return cache->last<drop_cached>().keys; }
};

} // namespace

TEST_CASE_FIXTURE(account_writer_fixture, "a change is answered when the cache has forgotten") {
  update_user operation;
  operation.user = user_id{1};
  operation.full_name = "Alice";
  auto changed = ask<user_view>(accounts, operation);
  CHECK(cache->count<drop_cached>() == 0); // not before the commit
  writer.answer<update_user>(alice());
  CHECK(dropped() == keys{"user:1"});
  CHECK_FALSE(changed.arrived());
  cache.answer<drop_cached>(done{});
  CHECK(changed.value().username == "alice");
}

TEST_CASE_FIXTURE(account_writer_fixture, "a verified address is answered when the cache has forgotten the profile") {
  auto verified = ask<done>(accounts, verify_email{user_id{1}, "#hash", "", {}});
  writer.answer<verify_email>(done{});
  CHECK(dropped() == keys{"user:1"});
  CHECK_FALSE(verified.arrived());
  cache.answer<drop_cached>(done{});
  CHECK(verified.arrived());
}

TEST_CASE_FIXTURE(account_writer_fixture, "a new address makes the old one forgotten too") {
  update_user operation;
  operation.user = user_id{1};
  operation.email = "New@example.com";
  ask<user_view>(accounts, operation);
  CHECK(writer->count<update_user>() == 0);
  store.answer<get_user>(alice());
  writer.answer<update_user>(alice());
  CHECK(dropped() == keys{"user:1", "name:new@example.com", "name:alice", "name:alice@example.com"});
}

TEST_CASE_FIXTURE(account_writer_fixture, "a changed role is answered when the cache has forgotten the profile") {
  auto changed = ask<changed_access>(accounts, change_access{user_id{1}, role::admin, caf::none, {}});
  writer.answer<change_access>(changed_access{{alice(), false, {}}, {uuid_of(1)}});
  CHECK(dropped() == keys{"user:1"});
  CHECK_FALSE(changed.arrived());
  cache.answer<drop_cached>(done{});
  CHECK(changed.value().ended == std::vector{uuid_of(1)});
}

TEST_CASE_FIXTURE(account_writer_fixture, "a deleted user is forgotten under every name") {
  auto gone = ask<deleted_user>(accounts, delete_user{user_id{1}});
  store.answer<get_user>(alice());
  deleted_user answer;
  answer.sessions = {uuid_of(1)};
  writer.answer<delete_user>(answer);
  CHECK(dropped() == keys{"user:1", "name:alice", "name:alice@example.com"});
  CHECK_FALSE(gone.arrived());
  cache.answer<drop_cached>(done{});
  CHECK(gone.value().sessions.size() == 1);
}

TEST_CASE_FIXTURE(account_writer_fixture, "a new account takes its names back from whoever had them") {
  register_user operation;
  operation.username = "alice";
  operation.email = "alice@example.com";
  auto made = ask<user_view>(accounts, operation);
  writer.answer<register_user>(alice());
  CHECK(dropped() == keys{"name:alice", "name:alice@example.com"});
  cache.answer<drop_cached>(done{});
  CHECK(made.value().id == user_id{1});
}

TEST_CASE_FIXTURE(account_writer_fixture, "a change of unknown outcome is forgotten like one that was made") {
  update_user operation;
  operation.user = user_id{1};
  auto changed = ask<user_view>(accounts, operation);
  writer.fail<update_user>(errc::unavailable);
  CHECK(dropped() == keys{"user:1"});
  cache.answer<drop_cached>(done{});
  CHECK(changed.failure() == errc::unavailable);
}

TEST_CASE_FIXTURE(account_writer_fixture, "a cache that does not answer does not keep a change from being answered") {
  update_user operation;
  operation.user = user_id{1};
  auto silent = ask<user_view>(accounts, operation);
  writer.answer<update_user>(alice());
  advance(config.cache_deadline + 100ms, 100ms);
  CHECK(silent.value().username == "alice");
}

TEST_CASE_FIXTURE(account_writer_fixture, "an account that cannot be read is not deleted") {
  auto refused = ask<deleted_user>(accounts, delete_user{user_id{1}});
  store.fail<get_user>(errc::unavailable);
  CHECK(refused.failure() == errc::unavailable);
  CHECK(writer->count<delete_user>() == 0);
}

TEST_CASE_FIXTURE(account_writer_fixture, "all other operations go straight on") {
  auto written = ask<done>(accounts, write_audit{"type", {}, {}, {}, {}, {}});
  writer.answer<write_audit>(done{});
  CHECK(written.arrived());
  CHECK(cache->count<drop_cached>() == 0);
}

#include "tests/actors/auth_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

TEST_CASE_FIXTURE(auth_fixture, "a registration is checked whole, in lower case, before anything is hashed") {
  begin();
  auto refused = ask<user_view>(auth, auth_register{"x", "nobody", "weak", std::string(101, 'n'), {}});
  CHECK(refused.failure() == errc::validation_failed);
  CHECK(refused.context().fields.size() == 4);
  CHECK(hasher->count<hash_password>() == 0);
  auto made = ask<user_view>(auth, auth_register{"User1", "A@B.c", "good", "A User", {}});
  auto& account = writer->last<register_user>();
  CHECK(account.username == "user1");
  CHECK(account.email == "a@b.c");
  CHECK(account.full_name == "A User");
  CHECK(account.password_hash == "#good");
  CHECK(account.role == role::user);
  writer.answer<register_user>(user());
  CHECK(made.value().id == user_id{1});
}

TEST_CASE_FIXTURE(auth_fixture, "a name that is taken is a conflict") {
  begin();
  auto made = ask<user_view>(auth, auth_register{"user1", "a@b.c", "good", "", {}});
  writer.fail<register_user>(errc::conflict);
  CHECK(made.failure() == errc::conflict);
  CHECK(config.probe->registers_conflict.value() == 1);
}

TEST_CASE_FIXTURE(auth_fixture, "every reason for which a log-in fails is answered alike, after one verification") {
  begin();
  std::vector<pending<issued_tokens>> answers{log_in("nobody", "right"), log_in("user1", "wrong"),
                                              log_in("user2", "right")};
  locked = true;
  answers.push_back(log_in("user1", "right"));
  answers.push_back(log_in(std::string(100'000, 'x'), "right"));
  for (auto& each : answers) {
    CHECK(each.failure() == errc::invalid_credentials);
    CHECK(each.context().detail == answers.front().context().detail);
    CHECK(each.context().fields.empty());
  }
  CHECK(hasher->count<check_password>() == answers.size());
  CHECK(writer->count<open_session>() == 0);
  CHECK(cache->last<reserve_attempt>().keys.front().key.size() <= 300);
  // Each cost one hash of the account's own cost, or of the configured one where there is no account.
  std::vector<std::pair<std::string, bool>> hashed;
  for (auto& each : hasher->all<check_password>())
    hashed.emplace_back(each.hash, each.dummy);
  CHECK(hashed == std::vector<std::pair<std::string, bool>>{
                      {"", true}, {"#right", false}, {"#right", true}, {"#right", true}, {"", true}});
  // The log is told the reason, and the user if there is one, never the name that was tried.
  auto& told = writer->all<tell_refused_login>();
  REQUIRE(told.size() == answers.size());
  std::vector<std::pair<std::string, user_id>> seen;
  for (auto& each : told)
    seen.emplace_back(each.reason, each.user);
  CHECK(seen == std::vector<std::pair<std::string, user_id>>{{"unknown_user", user_id{0}},
                                                             {"wrong_password", user_id{1}},
                                                             {"disabled", user_id{1}}, // the dummy store knows one
                                                             {"locked", user_id{1}},
                                                             {"locked", user_id{0}}});
}

TEST_CASE_FIXTURE(auth_fixture, "an attempt is taken before the password is verified, and given back on success") {
  begin();
  cache->on<reserve_attempt, attempt_verdict>({});
  auto issued = log_in("User1", "right");
  auto keys = cache->last<reserve_attempt>().keys;
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].key == "user:1"); // the account, whatever it was called by
  CHECK(keys[0].most == 15);
  CHECK(keys[1].key == "source:10.0.0.1");
  CHECK(hasher->count<check_password>() == 0);
  cache.answer<reserve_attempt>(attempt_verdict{attempt_outcome::taken});
  CHECK(issued.value().user.id == user_id{1});
  CHECK(issued.value().access_token.reveal().starts_with("1:"));
  CHECK(issued.value().refresh_token.reveal().ends_with(":1:s"));
  CHECK(issued.value().expires_in == 900);
  CHECK(cache->last<settle_attempt>().success);
  CHECK(writer->last<open_session>().refresh_hash == "#s");
  CHECK(writer->last<open_session>().address == "10.0.0.1");
}

TEST_CASE_FIXTURE(auth_fixture, "a wrong password stays counted; an outage does not count") {
  begin();
  log_in("user1", "wrong");
  CHECK_FALSE(cache->last<settle_attempt>().success);
  store->on<find_credentials, credentials>(
      [](find_credentials&) -> caf::expected<credentials> { return make_failure(errc::unavailable); });
  CHECK(log_in("user1", "right").failure() == errc::unavailable);
  CHECK(cache->count<reserve_attempt>() == 1); // the second was not taken
  begin();
  hasher->on<check_password, password_verdict>(
      [](check_password&) -> caf::expected<password_verdict> { return make_failure(errc::overloaded); });
  CHECK(log_in("user1", "right").failure() == errc::overloaded);
  CHECK(cache->last<settle_attempt>().success);
  CHECK(cache->count<settle_attempt>() == 2);
}

TEST_CASE_FIXTURE(auth_fixture, "an attempt that may have been verified counts, whatever became of its answer") {
  begin();
  hasher->on<check_password, password_verdict>({});
  auto silent = log_in("user1", "right");
  advance(config.hash_patience + config.hash_work + 1s, 1s);
  CHECK(silent.failure() == errc::timeout);
  CHECK_FALSE(cache->last<settle_attempt>().success);
  hasher->on<check_password, password_verdict>(
      [](check_password&) -> caf::expected<password_verdict> { return make_failure(errc::internal); });
  CHECK(log_in("user1", "right").failure() == errc::internal);
  CHECK_FALSE(cache->last<settle_attempt>().success);
  CHECK(cache->count<settle_attempt>() == 2);
}

TEST_CASE_FIXTURE(auth_fixture, "an attempt that waits in vain for another is told to come back, and hashes nothing") {
  begin();
  cache->on<reserve_attempt, attempt_verdict>({});
  auto waiting = log_in("user1", "right");
  cache.answer<reserve_attempt>(attempt_verdict{});
  CHECK(waiting.failure() == errc::overloaded);
  CHECK(hasher->count<check_password>() == 0);
  CHECK(cache->count<settle_attempt>() == 0);
}

TEST_CASE_FIXTURE(auth_fixture, "a hash has its turn by source and name, and must begin in its time") {
  begin();
  auto before = std::chrono::steady_clock::time_point{};
  log_in("User1", "wrong");
  auto& turn = hasher->last<check_password>().turn;
  CHECK(turn.source == "10.0.0.1");
  CHECK(turn.name == "user1"); // as it was called: what it means is not to be seen
  CHECK(turn.begin_by > before);
  CHECK(turn.begin_by < std::chrono::steady_clock::time_point::max());
}

TEST_CASE_FIXTURE(auth_fixture, "a log-in makes its device known, which has a count of its own from then on") {
  begin();
  auto first = log_in("user1", "right").value();
  CHECK(first.device_token.reveal().starts_with("1/"));
  CHECK(first.device_expires_in == config.device_life.count());
  auto again = log_in("user1", "right", first.device_token.reveal()).value();
  CHECK(again.device_token == first.device_token); // the same device
  auto keys = cache->last<reserve_attempt>().keys;
  REQUIRE(keys.size() == 1);
  CHECK(keys[0].key.starts_with("device:"));
  // Of another account, or made up: as if there were none.
  log_in("user1", "wrong", "2/50");
  CHECK(cache->last<reserve_attempt>().keys.front().key == "user:1");
  log_in("user1", "wrong", "nonsense");
  CHECK(cache->last<reserve_attempt>().keys.front().key == "user:1");
  auto guest = ask<issued_tokens>(auth, auth_guest{"", {}});
  writer.answer<register_user>(user());
  CHECK(guest.value().device_token.empty());
}

TEST_CASE_FIXTURE(auth_fixture, "an access token ends with its session at the latest") {
  config.access_life = 900s;
  config.refresh_absolute = 600s;
  begin();
  CHECK(log_in("user1", "right").value().expires_in == 600);
  config.refresh_absolute = 9'000s;
  config.refresh_idle = 60s;
  begin();
  CHECK(log_in("user1", "right").value().expires_in == 60);
}

TEST_CASE_FIXTURE(auth_fixture, "an old hash is replaced, without the log-in waiting for it") {
  old_hash = true;
  begin();
  CHECK(log_in("user1", "right").arrived());
  CHECK(writer->last<upgrade_password_hash>().old_hash == "#right");
  CHECK(writer->last<upgrade_password_hash>().user == user_id{1});
}

TEST_CASE_FIXTURE(auth_fixture, "an evicted session is revoked and its connections hear of it") {
  evicted = {uuid_of(50)};
  begin();
  CHECK(log_in("user1", "right").arrived());
  CHECK(revocations->is_revoked(uuid_of(50)));
  CHECK(placement->last<user_end_sessions>().sessions == evicted);
  CHECK(placement->last<user_end_sessions>().reason == "evicted");
}

TEST_CASE_FIXTURE(auth_fixture, "an address that asks too often is refused before anything is verified") {
  config.logins_per_minute = config.registers_per_minute = 5;
  too_often = true;
  begin();
  CHECK(log_in("user1", "right").failure() == errc::too_many_requests);
  CHECK(ask<user_view>(auth, auth_register{"user3", "a@b.c", "good", "", {"10.0.0.1", ""}}).failure() ==
        errc::too_many_requests);
  CHECK(ask<issued_tokens>(auth, auth_guest{"", {"10.0.0.1", ""}}).failure() == errc::too_many_requests);
  CHECK(hasher->count<check_password>() + hasher->count<hash_password>() == 0);
  CHECK(cache->all<take_rate>().front().key == "login:10.0.0.1");
}

TEST_CASE_FIXTURE(auth_fixture, "a guest gets a name that nobody chose") {
  begin();
  auto issued = ask<issued_tokens>(auth, auth_guest{"admin", {}});
  CHECK(writer->last<register_user>().username.starts_with("guest-"));
  CHECK(writer->last<register_user>().full_name == "admin");
  CHECK(writer->last<register_user>().role == role::guest);
  CHECK(writer->last<register_user>().password_hash.empty());
  writer.answer<register_user>(user());
  CHECK(issued.arrived());
}

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
  CHECK(cache->last<reserve_attempt>().key.size() <= 300);
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
  CHECK(cache->last<reserve_attempt>().key == "user:1"); // the account, whatever it was called by
  CHECK(hasher->count<check_password>() == 0);
  cache.answer<reserve_attempt>(attempt_verdict{true, {}});
  CHECK(issued.value().user.id == user_id{1});
  CHECK(issued.value().access_token.starts_with("1:"));
  CHECK(issued.value().refresh_token.ends_with(":1:s"));
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

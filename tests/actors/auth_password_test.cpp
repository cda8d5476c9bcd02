#include "tests/actors/auth_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

const client_origin somewhere{"10.0.0.1", "test", {}};

struct password_fixture : auth_fixture {
  void begin() {
    auth_fixture::begin();
    writer->on<change_password, std::vector<session_id>>(
        [](change_password&) -> caf::expected<std::vector<session_id>> { return std::vector{uuid_of(8)}; });
    writer->on<reset_password, std::vector<session_id>>([](reset_password&) -> caf::expected<std::vector<session_id>> {
      return std::vector{uuid_of(7), uuid_of(8)};
    });
    store->on<find_account_token, user_view>([this](find_account_token& question) -> caf::expected<user_view> {
      if (question.hash != "#reset:secret" || question.purpose != token_purpose::reset_password)
        return make_failure(errc::not_found);
      return addressed();
    });
    store->on<find_credentials, credentials>([this](find_credentials&) -> caf::expected<credentials> {
      return credentials{addressed(), stored, false, 5};
    });
  }
  user_view addressed() {
    auto view = user();
    view.email = "user1@example.com";
    return view;
  }
  pending<done> change(std::string current, std::string wanted) {
    return ask<done>(auth, auth_change_password{caller(1), std::move(current), std::move(wanted), somewhere});
  }
  pending<done> reset(std::string token, std::string wanted) {
    return ask<done>(auth, auth_reset_password{std::move(token), std::move(wanted), somewhere});
  }
  std::string stored = "#right";
};

} // namespace

TEST_CASE_FIXTURE(password_fixture, "a change shows the old password, ends the others and tells its owner") {
  begin();
  CHECK(change("right", "new").arrived());
  auto& operation = writer->last<change_password>();
  CHECK(operation.user == user_id{1});
  CHECK(operation.password_version == 5);
  CHECK(operation.new_hash == "#new");
  CHECK(operation.keep_session == caller(1).session);
  CHECK(operation.address == "10.0.0.1");
  CHECK(revocations->revoked == std::set<uuid>{uuid_of(8)});
  CHECK(placement->last<user_end_sessions>().reason == "password_changed");
  CHECK(cache->last<reserve_attempt>().keys.at(0).key == "password:1");
  CHECK(cache->last<settle_attempt>().success);
  CHECK(notifier->last<notify_by_mail>().to == "user1@example.com");
  CHECK(notifier->last<notify_by_mail>().subject == "Your password was changed");
}

TEST_CASE_FIXTURE(password_fixture, "a wrong old password changes nothing and is counted") {
  begin();
  auto refused = change("wrong", "new");
  CHECK(refused.failure() == errc::validation_failed);
  REQUIRE(refused.context().fields.size() == 1);
  CHECK(refused.context().fields[0].pointer == "/current_password");
  CHECK_FALSE(cache->last<settle_attempt>().success);
  CHECK(writer->last<write_audit>().type == "authn_password_change_fail");
  CHECK(writer->count<change_password>() == 0);
  CHECK(notifier->count<notify_by_mail>() == 0);
}

TEST_CASE_FIXTURE(password_fixture, "past too many wrong ones nothing is verified") {
  locked = true;
  begin();
  CHECK(change("right", "new").failure() == errc::too_many_requests);
  CHECK(hasher->count<check_password>() == 0);
}

TEST_CASE_FIXTURE(password_fixture, "an account without a password has no old one, and an empty one is not it") {
  stored.clear();
  begin();
  hasher->on<check_password, password_verdict>([](check_password&) -> caf::expected<password_verdict> {
    return password_verdict{true, false};
  });
  CHECK(change("", "new").failure() == errc::validation_failed);
  CHECK(writer->count<change_password>() == 0);
}

TEST_CASE_FIXTURE(password_fixture, "a new password that the policy refuses costs no attempt and no token") {
  begin();
  for (auto refused : {change("right", "weak"), reset("secret", "weak")}) {
    CHECK(refused.failure() == errc::validation_failed);
    CHECK(refused.context().fields[0].pointer == "/new_password");
    CHECK(refused.context().fields[0].code == "weak");
  }
  CHECK(cache->count<reserve_attempt>() == 0);
  CHECK(hasher->count<hash_password>() == 0);
}

TEST_CASE_FIXTURE(password_fixture, "an attempt that could not be verified is given back") {
  begin();
  hasher->on<check_password, password_verdict>(
      [](check_password&) -> caf::expected<password_verdict> { return make_failure(errc::overloaded); });
  CHECK(change("right", "new").failure() == errc::overloaded);
  CHECK(cache->last<settle_attempt>().success);
}

TEST_CASE_FIXTURE(password_fixture, "another change meanwhile is told") {
  begin();
  writer->on<change_password, std::vector<session_id>>(
      [](change_password&) -> caf::expected<std::vector<session_id>> { return make_failure(errc::conflict); });
  CHECK(change("right", "new").failure() == errc::conflict);
  CHECK(revocations->revoked.empty());
  CHECK(notifier->count<notify_by_mail>() == 0);
}

TEST_CASE_FIXTURE(password_fixture, "a reset uses the token up and ends every session") {
  begin();
  CHECK(reset("secret", "new").arrived());
  auto& operation = writer->last<reset_password>();
  CHECK(operation.user == user_id{1});
  CHECK(operation.token_hash == "#reset:secret");
  CHECK(operation.new_hash == "#new");
  CHECK(revocations->revoked == std::set<uuid>{uuid_of(7), uuid_of(8)});
  CHECK(placement->last<user_end_sessions>().reason == "password_changed");
  CHECK(notifier->last<notify_by_mail>().subject == "Your password was changed");
}

TEST_CASE_FIXTURE(password_fixture, "a token that is none, unknown, or used by somebody faster answers alike") {
  begin();
  auto none = reset("rubbish", "new"), unknown = reset("secret-other", "new");
  CHECK(hasher->count<hash_password>() == 0); // made-up tokens cost no hash
  writer->on<reset_password, std::vector<session_id>>(
      [](reset_password&) -> caf::expected<std::vector<session_id>> { return make_failure(errc::invalid_token, "x"); });
  auto late = reset("secret", "new");
  for (auto& refused : {none, unknown, late}) {
    CHECK(refused.failure() == errc::invalid_token);
    CHECK(refused.context().detail == none.context().detail);
  }
  CHECK(writer->count<write_audit>() == 3);
  CHECK(writer->last<write_audit>().type == "authn_password_change_fail");
  for (auto& field : writer->last<write_audit>().fields)
    CHECK(field.value.find("secret") == std::string::npos);
}

TEST_CASE_FIXTURE(password_fixture, "links are used at a bounded rate") {
  config.passwords_per_minute = 5;
  too_often = true;
  begin();
  CHECK(reset("secret", "new").failure() == errc::too_many_requests);
  CHECK(store->count<find_account_token>() == 0);
}

#include <doctest/doctest.h>

#include "actors/core/guessing.hpp"

using namespace callboard;
using core::guessing_rules;
using core::login_attempt;
using core::refused_reason;

namespace {

credentials account(bool disabled = false, std::string hash = "#hash") {
  credentials known;
  known.user.id = user_id{7};
  known.password_hash = std::move(hash);
  known.disabled = disabled;
  return known;
}

device_claims device_of(user_id user) {
  device_claims claims;
  claims.user = user;
  claims.device.bytes[15] = 9;
  return claims;
}

std::vector<std::string> names(const std::vector<attempt_key>& keys) {
  std::vector<std::string> all;
  for (auto& each : keys)
    all.push_back(each.key + "=" + std::to_string(each.most));
  return all;
}

} // namespace

TEST_CASE("an attempt is counted by its account and by its source") {
  auto known = account();
  CHECK(names(core::keys_of({"alice", "10.0.0.1", &known}, {15, 100})) ==
        std::vector<std::string>{"user:7=15", "source:10.0.0.1=100"});
  CHECK(names(core::keys_of({"a@example.com", "", &known}, {15, 100})) == std::vector<std::string>{"user:7=15"});
  CHECK(names(core::keys_of({"nobody", "10.0.0.1"}, {15, 100})) ==
        std::vector<std::string>{"login:nobody=15", "source:10.0.0.1=100"});
}

TEST_CASE("a known device has a count of its own, for its own account only") {
  auto known = account();
  auto its = device_of(user_id{7});
  CHECK(names(core::keys_of({"alice", "10.0.0.1", &known, its}, {15, 100})) ==
        std::vector<std::string>{"device:" + to_string(its.device) + "=15"});
  login_attempt foreign{"alice", "10.0.0.1", &known, device_of(user_id{8})};
  CHECK_FALSE(core::is_known_device(foreign));
  CHECK(names(core::keys_of(foreign, {15, 100})).front() == "user:7=15");
  login_attempt unknown{"nobody", "10.0.0.1", nullptr, its};
  CHECK_FALSE(core::is_known_device(unknown));
  CHECK(names(core::keys_of(unknown, {15, 100})).front() == "login:nobody=15");
}

TEST_CASE("a bound of 0 counts nothing") {
  auto known = account();
  CHECK(core::keys_of({"alice", "10.0.0.1", &known}, {0, 0}).empty());
  CHECK(core::keys_of({"alice", "10.0.0.1", &known, device_of(user_id{7})}, {0, 5}).empty());
  CHECK(names(core::keys_of({"alice", "10.0.0.1", &known}, {0, 5})) == std::vector<std::string>{"source:10.0.0.1=5"});
}

TEST_CASE("for every reason there is one hash, of the cost of the account's own") {
  auto good = account();
  auto disabled = account(true);
  auto without = account(false, "");
  struct row {
    const credentials* found;
    bool locked;
    std::string hash;
    bool dummy;
    refused_reason refused;
  };
  for (auto& each : {row{&good, false, "#hash", false, refused_reason::none},
                     row{&good, true, "#hash", true, refused_reason::locked},
                     row{&disabled, false, "#hash", true, refused_reason::disabled},
                     row{&disabled, true, "#hash", true, refused_reason::locked},
                     row{&without, false, "", true, refused_reason::wrong_password},
                     row{nullptr, false, "", true, refused_reason::unknown_user},
                     row{nullptr, true, "", true, refused_reason::locked}}) {
    login_attempt attempt;
    attempt.found = each.found;
    auto plan = core::plan_hashing(attempt, each.locked);
    CHECK(plan.hash == each.hash);
    CHECK(plan.dummy == each.dummy);
    CHECK(plan.refused == each.refused);
  }
}

TEST_CASE("only what certainly was not verified is given back") {
  CHECK(core::was_not_verified(errc::overloaded));
  for (auto code : {errc::timeout, errc::internal, errc::unavailable, errc::validation_failed})
    CHECK_FALSE(core::was_not_verified(code));
}

#include "tests/actors/auth_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

principal somebody(role as) {
  principal who;
  who.user = user_id{5};
  who.session = uuid_of(5);
  who.role = as;
  return who;
}

auth_change_access disabling(role as) {
  return {somebody(as), user_id{1}, caf::none, true, {"10.0.0.1", "test"}};
}

} // namespace

TEST_CASE_FIXTURE(auth_fixture, "only an admin changes access, whoever let the request in") {
  begin();
  for (auto as : {role::guest, role::user})
    CHECK(ask<account_view>(auth, disabling(as)).failure() == errc::forbidden);
  CHECK(writer->count<change_access>() == 0);
}

TEST_CASE_FIXTURE(auth_fixture, "sessions that end with a change are revoked and their sockets told why") {
  begin();
  auto changed = ask<account_view>(auth, disabling(role::admin));
  CHECK(writer->last<change_access>().by.actor == user_id{5});
  CHECK(writer->last<change_access>().by.address == "10.0.0.1");
  writer.answer<change_access>(changed_access{{user(), true, {}}, {uuid_of(1), uuid_of(2)}});
  CHECK(changed.value().disabled);
  CHECK(revocations->is_revoked(uuid_of(1)));
  CHECK(revocations->is_revoked(uuid_of(2)));
  CHECK(placement->last<user_end_sessions>().sessions == std::vector{uuid_of(1), uuid_of(2)});
  CHECK(placement->last<user_end_sessions>().reason == "disabled");
}

TEST_CASE_FIXTURE(auth_fixture, "a refused change revokes nothing") {
  begin();
  auto changed = ask<account_view>(auth, disabling(role::admin));
  writer.fail<change_access>(errc::last_admin);
  CHECK(changed.failure() == errc::last_admin);
  CHECK(placement->count<user_end_sessions>() == 0);
}

TEST_CASE_FIXTURE(auth_fixture, "refusals for want of a right are noted once a user and second") {
  begin();
  for (int i = 0; i < 5; ++i)
    send(auth, auth_refused{somebody(role::user), "GET /admin/users", {"10.0.0.1", "test"}});
  CHECK(writer->count<write_audit>() == 1);
  CHECK(writer->last<write_audit>().type == "authz_fail");
  CHECK(writer->last<write_audit>().actor == user_id{5});
  CHECK(writer->last<write_audit>().fields.at(0).value == "GET /admin/users");
}

TEST_CASE_FIXTURE(auth_fixture, "what was typed as a name or a password is in no entry") {
  begin();
  log_in("hunter2", "typed secret");
  log_in("user1", "typed secret");
  locked = true;
  log_in("user1", "typed secret");
  for (auto& entry : writer->all<write_audit>())
    for (auto& field : entry.fields) {
      CHECK(field.value.find("hunter2") == std::string::npos);
      CHECK(field.value.find("typed secret") == std::string::npos);
    }
  CHECK(writer->count<write_audit>() == 2); // the lock is told of by the store, once
  CHECK(writer->last<tell_refused_login>().reason == "locked");
}

TEST_CASE_FIXTURE(auth_fixture, "a session that somebody ended says why it is refused") {
  begin();
  auto refreshed = refresh("1:1:x");
  REQUIRE(writer->count<rotate_refresh>() == 1);
  writer.answer<rotate_refresh>(rotation_outcome{rotation::ended, 0, {}, {}, false, {}, "evicted"});
  CHECK(refreshed.failure() == errc::invalid_refresh_token);
  REQUIRE(refreshed.context().fields.size() == 1);
  CHECK(refreshed.context().fields[0].code == "evicted");
}

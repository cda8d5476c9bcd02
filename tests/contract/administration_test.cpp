#include <latch>
#include <thread>

#include "tests/contract/store_fixture.hpp"

using namespace callboard;
using namespace std::chrono_literals;

namespace {

change_access role_of(user_id user, role to, user_id by = {}) {
  return {user, to, caf::none, {by, "198.51.100.1"}};
}

change_access disabling(user_id user, bool disabled = true, user_id by = {}) {
  return {user, caf::none, disabled, {by, "198.51.100.1"}};
}

std::vector<std::string> types(contract::store_fixture& store, user_id user) {
  std::vector<std::string> result;
  list_audit question;
  question.user = user;
  for (auto& entry : store.ask(question).items)
    result.push_back(entry.type);
  return result;
}

} // namespace

CONTRACT_CASE("a changed role ends every session, with its events and entries, in one transaction") {
  auto root = store.add_user("root", role::admin), alice = store.add_user("alice");
  auto session = store.session_for(alice, 1).session;
  store.perform(store.session_for(alice, 1));
  auto changed = store.perform(role_of(alice, role::admin, root));
  CHECK(changed.account.user.role == role::admin);
  CHECK(changed.ended == std::vector{session});
  auto found = store.ask(get_session{session, store.now});
  CHECK_FALSE(found.live);
  CHECK(found.ended_reason == "role_changed");
  auto events = store.events_of(to_string(alice), "user.role_changed");
  REQUIRE(events.size() == 1);
  CHECK(events[0].data.find(R"("role":"admin","previous_role":"user","by":)" + to_string(root)) != std::string::npos);
  CHECK(store.events_of(to_string(alice), "session.revoked").size() == 1);
  CHECK(types(store, alice) == std::vector<std::string>{"authn_token_revoked", "authz_change"});
  // Once more nothing changes, and nothing is told.
  CHECK(store.perform(role_of(alice, role::admin, root)).ended.empty());
  CHECK(store.events_of(to_string(alice), "user.role_changed").size() == 1);
}

CONTRACT_CASE("a disabled account has no sessions and gets none until it is enabled") {
  store.add_user("root", role::admin);
  auto alice = store.add_user("alice");
  store.perform(store.session_for(alice, 1));
  auto changed = store.perform(disabling(alice));
  CHECK(changed.account.disabled);
  CHECK(changed.ended.size() == 1);
  CHECK(store.refused(store.session_for(alice, 2)) == errc::not_found);
  CHECK(store.ask(find_credentials{"alice"}).disabled);
  CHECK(store.events_of(to_string(alice), "user.disabled").size() == 1);
  CHECK_FALSE(store.perform(disabling(alice, false)).account.disabled);
  CHECK(store.events_of(to_string(alice), "user.enabled").size() == 1);
  store.perform(store.session_for(alice, 2));
  CHECK(types(store, alice) == std::vector<std::string>{"user_enabled", "authn_token_revoked", "user_disabled"});
}

CONTRACT_CASE("the last admin stays, whatever is tried") {
  auto root = store.add_user("root", role::admin), other = store.add_user("other", role::admin);
  store.perform(disabling(other)); // who is disabled administers nothing
  CHECK(store.refused(role_of(root, role::user)) == errc::last_admin);
  CHECK(store.refused(disabling(root)) == errc::last_admin);
  CHECK(store.refused(delete_user{root}) == errc::last_admin);
  store.perform(role_of(other, role::user));
  CHECK(store.refused(delete_user{root}) == errc::last_admin);
  CHECK(store.ask(get_user{root}).role == role::admin);
  CHECK_FALSE(store.ask(find_credentials{"root"}).disabled);
  store.perform(disabling(other, false));
  store.perform(role_of(other, role::admin));
  store.perform(delete_user{root});
  CHECK(store.refused(delete_user{other}) == errc::last_admin);
}

CONTRACT_CASE("guests stay guests, and who is not there is not changed") {
  store.add_user("root", role::admin);
  auto guest = store.add_user("guest-1", role::guest);
  CHECK(store.refused(role_of(guest, role::admin)) == errc::conflict);
  CHECK(store.refused(role_of(store.add_user("alice"), role::guest)) == errc::conflict);
  CHECK(store.perform(disabling(guest)).account.disabled);
  CHECK(store.refused(disabling(user_id{99})) == errc::not_found);
}

CONTRACT_CASE("of two admins who remove each other at the same time, on two connections, one stays") {
  auto second = store.another_writer();
  auto left = store.add_user("first", role::admin);
  for (std::size_t round = 0; round < 20; ++round) {
    auto right = store.add_user("admin" + std::to_string(round), role::admin);
    std::latch both{2};
    auto run = [&](sql::write_executor& writer, write_op op) {
      write_batch batch;
      batch.operations.push_back(std::move(op));
      both.arrive_and_wait();
      return writer.execute(batch);
    };
    std::vector<write_op> ways{role_of(left, role::user), disabling(left), delete_user{left}};
    std::thread other{[&] { static_cast<void>(run(*second, ways[round % ways.size()])); }};
    static_cast<void>(run(store.writer(), disabling(right)));
    other.join();
    list_accounts admins;
    admins.role = role::admin;
    admins.disabled = false;
    auto found = store.ask(admins).items;
    REQUIRE(found.size() == 1);
    left = found[0].user.id;
  }
}

CONTRACT_CASE("accounts are listed by id, page by page, and filtered") {
  auto root = store.add_user("root", role::admin), alice = store.add_user("alice"), bob = store.add_user("bob");
  auto guest = store.add_user("guest-1", role::guest);
  store.perform(disabling(bob));
  store.perform(delete_user{store.add_user("gone")});
  auto ids = [&](list_accounts question) {
    std::vector<user_id> result;
    for (auto& each : store.ask(question).items)
      result.push_back(each.user.id);
    return result;
  };
  CHECK(ids({}) == std::vector{root, alice, bob, guest});
  CHECK(ids({"AL", caf::none, caf::none, 50, ""}) == std::vector{alice});
  CHECK(ids({"bob@exam", caf::none, caf::none, 50, ""}) == std::vector{bob});
  CHECK(ids({"%", caf::none, caf::none, 50, ""}).empty());
  CHECK(ids({"", role::user, caf::none, 50, ""}) == std::vector{alice, bob});
  CHECK(ids({"", role::user, true, 50, ""}) == std::vector{bob});
  CHECK(ids({"", caf::none, false, 50, ""}) == std::vector{root, alice, guest});
  auto page = store.ask(list_accounts{"", caf::none, caf::none, 3, ""});
  CHECK(page.items.size() == 3);
  CHECK(ids({"", caf::none, caf::none, 3, page.next}) == std::vector{guest});
  CHECK(store.refused_query(list_accounts{"", caf::none, caf::none, 3, "x"}) == errc::bad_request);
}

CONTRACT_CASE("one account is shown as an admin sees it, also a disabled one and a guest's, but none that is deleted") {
  auto alice = store.add_user("alice"), guest = store.add_user("guest-1", role::guest);
  store.perform(disabling(alice));
  auto shown = store.ask(get_account{alice});
  CHECK(shown.user.username == "alice");
  CHECK(shown.disabled);
  CHECK(store.ask(get_account{guest}).user.role == role::guest);
  store.perform(delete_user{alice});
  CHECK(store.refused_query(get_account{alice}) == errc::not_found);
  CHECK(store.refused_query(get_account{user_id{99}}) == errc::not_found);
}

CONTRACT_CASE("a lock is told of once, by the first log-in it refuses") {
  auto alice = store.add_user("alice");
  auto until = store.now + 5min;
  for (int i = 0; i < 3; ++i)
    store.perform(tell_refused_login{alice, "locked", until + std::chrono::milliseconds{i}, "198.51.100.9"});
  CHECK(store.events_of(to_string(alice), "user.locked").size() == 1);
  CHECK(store.events_of(to_string(alice), "login.failed").size() == 3);
  CHECK(types(store, alice) == std::vector<std::string>{"authn_login_lock"});
  CHECK(store.ask(list_accounts{}).items.at(0).locked_until == until);
  store.now += 10min;
  store.perform(tell_refused_login{alice, "locked", store.now + 5min, ""});
  CHECK(store.events_of(to_string(alice), "user.locked").size() == 2);
  store.perform(tell_refused_login{user_id{}, "locked", store.now + 5min, ""}); // nobody's name
  CHECK(store.events_of("0", "user.locked").empty());
}

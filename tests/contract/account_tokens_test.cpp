#include "tests/contract/store_fixture.hpp"

using namespace callboard;
using namespace callboard::contract;
using namespace std::chrono_literals;

namespace {

keep_account_token token_for(store_fixture& store, user_id user, const std::string& name, const std::string& hash,
                             token_purpose purpose = token_purpose::reset_password) {
  return {user, name + "@example.com", purpose, hash, store.now, store.now + 30min, 3, "192.0.2.1"};
}

reset_password reset_by(store_fixture& store, user_id user, const std::string& hash, const std::string& password) {
  return {user, hash, password, "192.0.2.1", store.now};
}

bool is_known(store_fixture& store, const std::string& hash, token_purpose purpose = token_purpose::reset_password) {
  return store.refused_query(find_account_token{hash, purpose, store.now}) == errc::none;
}

} // namespace

CONTRACT_CASE("a change of password ends all sessions but one, together with its audit entry") {
  auto alice = store.add_user("alice");
  for (std::uint8_t i = 1; i <= 3; ++i)
    store.perform(store.session_for(alice, i));
  store.perform(store.session_for(store.add_user("bob"), 9));
  store.perform(token_for(store, alice, "alice", "t1"));
  change_password op{alice, 0, "new hash", numbered_uuid(2), "192.0.2.1", store.now};
  CHECK(store.perform(op) == std::vector{numbered_uuid(1), numbered_uuid(3)});
  auto known = store.ask(find_credentials{"alice"});
  CHECK(known.password_hash == "new hash");
  CHECK(known.password_version == 1);
  CHECK(store.ask(get_session{numbered_uuid(2), store.now}).live);
  CHECK_FALSE(store.ask(get_session{numbered_uuid(1), store.now}).live);
  CHECK(store.ask(get_session{numbered_uuid(9), store.now}).live);
  CHECK_FALSE(is_known(store, "t1")); // asked for by whoever does not know the new one
  CHECK(store.events_of(to_string(alice), "session.revoked").size() == 2);
  auto everything = store.dump();
  CHECK(everything.find("authn_password_change") != std::string::npos);
  CHECK(everything.find(R"("by":"owner","ended_sessions":"2")") != std::string::npos);
}

CONTRACT_CASE("a change that is refused changes nothing") {
  auto alice = store.add_user("alice");
  store.perform(store.session_for(alice, 1));
  store.perform(store.session_for(alice, 2));
  CHECK(store.refused(change_password{alice, 1, "new", numbered_uuid(1), "", store.now}) == errc::conflict);
  CHECK(store.refused(change_password{alice, 0, "new", numbered_uuid(7), "", store.now}) == errc::unauthorized);
  CHECK(store.refused(change_password{alice, 0, "new", numbered_uuid(1), "", store.now + 1h}) == errc::unauthorized);
  CHECK(store.ask(find_credentials{"alice"}).password_hash == "hash of alice");
  CHECK(store.ask(find_credentials{"alice"}).password_version == 0);
  CHECK(store.ask(list_sessions{alice, store.now}).size() == 2);
  CHECK(store.dump().find("authn_password_change") == std::string::npos);
}

CONTRACT_CASE("an upgrade of the hash is no change of the password") {
  auto alice = store.add_user("alice");
  store.perform(upgrade_password_hash{alice, "hash of alice", "better"});
  CHECK(store.ask(find_credentials{"alice"}).password_version == 0);
}

CONTRACT_CASE("a log-in by the old password opens no session once there is another") {
  auto alice = store.add_user("alice");
  auto form = store.session_for(alice, 1);
  form.password_version = 0u;
  store.perform(form);
  store.perform(change_password{alice, 0, "new", numbered_uuid(1), "", store.now});
  auto late = store.session_for(alice, 2);
  late.password_version = 0u;
  CHECK(store.refused(late) == errc::invalid_credentials);
  late.password_version = 1u;
  store.perform(late);
  CHECK(store.ask(list_sessions{alice, store.now}).size() == 2);
}

CONTRACT_CASE("a log-in of an account that was disabled meanwhile is refused as one by a wrong password") {
  auto alice = store.add_user("alice");
  change_access banning;
  banning.user = alice;
  banning.disabled = true;
  store.perform(banning);
  auto late = store.session_for(alice, 1);
  CHECK(store.refused(late) == errc::not_found); // by the command line
  late.password_version = 0u;
  CHECK(store.refused(late) == errc::invalid_credentials);
  banning.disabled = false;
  store.perform(banning);
  store.perform(late);
}

CONTRACT_CASE("a token resets the password once and ends every session") {
  auto alice = store.add_user("alice");
  store.perform(store.session_for(alice, 1));
  store.perform(token_for(store, alice, "alice", "t1"));
  store.perform(token_for(store, alice, "alice", "t2"));
  CHECK(store.ask(find_account_token{"t1", token_purpose::reset_password, store.now}).id == alice);
  CHECK(store.perform(reset_by(store, alice, "t1", "new")) == std::vector{numbered_uuid(1)});
  CHECK(store.ask(find_credentials{"alice"}).password_hash == "new");
  CHECK(store.ask(list_sessions{alice, store.now}).empty());
  for (auto hash : {"t1", "t2"}) { // used; mailed for what is done
    CHECK_FALSE(is_known(store, hash));
    CHECK(store.refused(reset_by(store, alice, hash, "newer")) == errc::invalid_token);
  }
  CHECK(store.ask(find_credentials{"alice"}).password_hash == "new");
  CHECK(store.ask(find_credentials{"alice"}).password_version == 1);
  auto everything = store.dump();
  CHECK(everything.find(R"("by":"reset","ended_sessions":"1")") != std::string::npos);
  CHECK(everything.find(R"("purpose":"reset_password")") != std::string::npos);
}

CONTRACT_CASE("of two uses of a token in one batch one wins") {
  auto alice = store.add_user("alice");
  store.perform(token_for(store, alice, "alice", "t1"));
  write_batch batch;
  batch.operations.emplace_back(reset_by(store, alice, "t1", "first"));
  batch.operations.emplace_back(reset_by(store, alice, "t1", "second"));
  auto answers = store.writer().execute(batch);
  REQUIRE(answers);
  CHECK(std::holds_alternative<std::vector<session_id>>(answers->answers[0]));
  REQUIRE(std::holds_alternative<caf::error>(answers->answers[1]));
  CHECK(code_of(std::get<caf::error>(answers->answers[1])) == errc::invalid_token);
  CHECK(store.ask(find_credentials{"alice"}).password_hash == "first");
}

CONTRACT_CASE("a token is good for its purpose, its user and its time only") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  store.perform(token_for(store, alice, "alice", "reset"));
  store.perform(token_for(store, alice, "alice", "verify", token_purpose::verify_email));
  CHECK_FALSE(is_known(store, "verify"));
  CHECK_FALSE(is_known(store, "reset", token_purpose::verify_email));
  CHECK(store.refused(reset_by(store, alice, "verify", "new")) == errc::invalid_token);
  CHECK(store.refused(verify_email{alice, "reset", "", store.now}) == errc::invalid_token);
  CHECK(store.refused(reset_by(store, bob, "reset", "new")) == errc::invalid_token);
  CHECK(store.refused(verify_email{bob, "verify", "", store.now}) == errc::invalid_token);
  CHECK(store.refused(reset_by(store, user_id{99}, "reset", "new")) == errc::invalid_token);
  CHECK_FALSE(store.ask(get_user{alice}).email_verified);
  auto late = reset_by(store, alice, "reset", "new");
  late.now += 30min;
  CHECK(store.refused(late) == errc::invalid_token);
  CHECK(store.refused_query(find_account_token{"reset", token_purpose::reset_password, late.now}) == errc::not_found);
  CHECK(store.ask(find_credentials{"alice"}).password_hash == "hash of alice");
  store.perform(verify_email{alice, "verify", "", store.now});
  CHECK(store.ask(get_user{alice}).email_verified);
  CHECK(store.refused(verify_email{alice, "verify", "", store.now}) == errc::invalid_token);
  CHECK(store.dump().find(R"("attributes":"email_verified")") != std::string::npos);
  store.perform(reset_by(store, alice, "reset", "new")); // the other one is untouched
}

CONTRACT_CASE("a user has a few tokens of a purpose at most; expired ones go") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  for (auto hash : {"t1", "t2", "t3"})
    store.perform(token_for(store, alice, "alice", hash));
  CHECK(store.refused(token_for(store, alice, "alice", "t4")) == errc::limit_exceeded);
  CHECK(is_known(store, "t1")); // the older ones stay good
  store.perform(token_for(store, alice, "alice", "v1", token_purpose::verify_email));
  store.perform(token_for(store, bob, "bob", "b1"));
  store.now += 30min;
  store.perform(token_for(store, alice, "alice", "t5"));
  auto everything = store.dump();
  CHECK(everything.find("t5") != std::string::npos);
  for (auto gone : {"\nt1\n", "\nt2\n", "\nt3\n", "\nv1\n", "\nb1\n"})
    CHECK(everything.find(gone) == std::string::npos);
}

CONTRACT_CASE("tokens are kept for the address they are mailed to, and go with it") {
  auto alice = store.add_user("alice");
  CHECK(store.refused(token_for(store, alice, "other", "t1")) == errc::not_found);
  CHECK(store.refused(token_for(store, user_id{99}, "alice", "t1")) == errc::not_found);
  store.perform(token_for(store, alice, "alice", "t1"));
  update_user same;
  same.user = alice;
  same.email = std::string{"Alice@example.com"};
  store.perform(same);
  CHECK(is_known(store, "t1"));
  same.email = std::string{"new@example.com"};
  store.perform(same);
  CHECK_FALSE(is_known(store, "t1"));
}

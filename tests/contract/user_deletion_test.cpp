#include "tests/contract/store_fixture.hpp"

using namespace callboard;
using namespace std::chrono_literals;

CONTRACT_CASE("the audit log keeps a deleted user's number, and not from where they came") {
  auto ann = store.add_user("ann"), root = store.add_user("root", role::admin);
  store.perform(write_audit{"authn_login_success", ann, ann, {}, "198.51.100.77", store.now});
  store.perform(write_audit{"authn_login_fail", {}, ann, {{"reason", "wrong_password"}}, "198.51.100.77", store.now});
  store.perform(write_audit{"user_disabled", root, ann, {}, "198.51.100.2", store.now});
  store.perform(delete_user{ann});
  CHECK(store.dump().find("198.51.100.77") == std::string::npos);
  list_audit question;
  question.user = ann;
  auto entries = store.ask(question).items;
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].type == "user_deleted");
  CHECK(entries[1].address == "198.51.100.2"); // the admin's own
  CHECK(entries[2].detail == R"({"reason":"wrong_password"})");
  CHECK(entries[3].actor_name == "deleted-" + to_string(ann));
}

CONTRACT_CASE("a deleted user leaves messages under another name and no other trace") {
  auto mallory = store.add_user("mallory"), bob = store.add_user("bob");
  update_user change;
  change.user = mallory;
  change.full_name = std::string{"Secret Fullname"};
  change.locale = std::string{"xx-secret"};
  change.timezone = std::string{"Secret/Zone"};
  store.perform(change);
  auto shared = store.add_room(bob, {mallory});
  auto own = store.add_room(mallory);
  store.say(shared, mallory, "kept message");
  store.say(own, mallory, "lost message");
  auto form = store.session_for(mallory, 1);
  form.device = "secret device";
  form.address = "198.51.100.77";
  store.perform(form);
  auto reminder = store.add_reminder(mallory, "secret reminder", store.now + 1h);
  auto fired = store.add_reminder(mallory, "secret fired", store.now);
  store.perform(fire_reminder{store.guard_of(mallory), fired.id, fired.version, store.now});
  store.perform(keep_mail{{0, "Mallory@example.com", "secret subject", "secret body", store.now}});
  store.perform(keep_mail{{0, "bob@example.com", "for bob", "body", store.now}});
  store.perform(write_audit{"authn_login_success", mallory, mallory, {}, "198.51.100.77", store.now});
  store.perform(keep_account_token{mallory, "mallory@example.com", token_purpose::reset_password, "secret token hash",
                                   store.now, store.now + 1h, 3, "198.51.100.77"});
  auto keyed = store.room_of(mallory, {bob});
  keyed.idempotency = idempotency_claim{"POST /rooms", "secret key", "secret hash"};
  auto both = store.perform(keyed).id;

  auto result = store.perform(delete_user{mallory});
  CHECK(result.sessions == std::vector{form.session});
  CHECK(result.rooms == std::vector{shared, both});
  CHECK(result.deleted_rooms == std::vector{own});
  CHECK(result.reminders == std::vector{reminder.id, fired.id});

  auto everything = store.dump();
  for (std::string trace : {"mallory", "Mallory", "Secret", "secret", "198.51.100.77"}) {
    CAPTURE(trace);
    CHECK(everything.find(trace) == std::string::npos);
  }
  CHECK(everything.find("for bob") != std::string::npos);
  auto shown_as = "deleted-" + to_string(mallory);
  auto events = store.ask(read_events{shared});
  REQUIRE(events.size() == 2);
  CHECK(events[0].text == "kept message");
  CHECK(events[0].actor_name == shown_as);
  CHECK(events[1].kind == event_kind::member_removed);
  CHECK(events[1].target_name == shown_as);
  CHECK(store.ask(load_room{shared}).members.size() == 1);

  CHECK(store.refused_query(get_user{mallory}) == errc::not_found);
  CHECK(store.refused_query(find_credentials{"mallory"}) == errc::not_found);
  CHECK(store.refused_query(find_credentials{shown_as}) == errc::not_found);
  CHECK(store.refused_query(load_room{own}) == errc::not_found);
  CHECK(store.ask(resolve_names{{"mallory", shown_as}})[1].user == user_id{});
  CHECK(store.ask(search_users{}).items.size() == 1);
  CHECK_FALSE(store.ask(get_session{form.session, store.now}).live);
  CHECK(store.refused(delete_user{mallory}) == errc::not_found);
  CHECK(store.refused(store.session_for(mallory, 2)) == errc::not_found);
  CHECK(store.refused(store.room_of(bob, {mallory})) == errc::unknown_members);

  auto key = to_string(mallory);
  CHECK(store.events_of(key, "user.deleted").size() == 1);
  CHECK(store.events_of(key, "session.revoked").size() == 1);
  CHECK(store.events_of(to_string(own), "room.deleted").size() == 1);
  auto removed = store.events_of(to_string(shared), "member.removed");
  REQUIRE(removed.size() == 1);
  CHECK(removed[0].users == std::vector{mallory});

  // Messages that still wait for the log go to it; nothing but the outbox holds those of a room that is gone.
  for (auto partition = 0u; partition < store.epochs.size(); ++partition)
    store.perform(trim_outbox{{static_cast<partition_id>(partition), store.epochs[partition]}, 1'000'000});
  CHECK(store.dump().find("lost message") == std::string::npos);
  CHECK(store.add_user("mallory") != mallory); // the name is free again
}

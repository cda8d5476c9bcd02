#include "tests/contract/store_fixture.hpp"

using namespace callboard;
using namespace std::chrono_literals;
using contract::numbered_uuid;

namespace {

rotate_refresh rotation_of(const open_session& opened, std::uint32_t generation, timestamp now) {
  rotate_refresh op;
  op.session = opened.session;
  op.generation = generation;
  op.presented_hash = "generation " + std::to_string(generation);
  op.successor_hash = "generation " + std::to_string(generation + 1);
  op.cookie = opened.cookie;
  op.now = now;
  op.idle_expires_at = now + 1h;
  op.grace = 10s;
  return op;
}

} // namespace

CONTRACT_CASE("sessions beyond the limit end in the transaction that opens one, the oldest first") {
  auto alice = store.add_user("alice");
  std::vector<session_id> evicted;
  for (std::uint8_t i = 1; i <= 4; ++i) {
    auto form = store.session_for(alice, i);
    form.max_sessions = 2;
    evicted = store.perform(form);
    store.now += 1s;
    if (i == 3)
      CHECK(evicted == std::vector{numbered_uuid(1)});
  }
  CHECK(evicted == std::vector{numbered_uuid(2)});
  auto live = store.ask(list_sessions{alice, store.now});
  REQUIRE(live.size() == 2);
  CHECK(live[0].id == numbered_uuid(4));
  CHECK(live[1].id == numbered_uuid(3));
  CHECK(live[0].device == "device");
  CHECK_FALSE(store.ask(get_session{numbered_uuid(1), store.now}).live);
  CHECK(store.ask(get_session{numbered_uuid(4), store.now}).live);
  auto ended = store.ask(sessions_ended_since{store.now - 1h});
  REQUIRE(ended.size() == 2);
  CHECK(ended[0].session == numbered_uuid(1));
  CHECK(ended[0].user == alice);
  CHECK(ended[0].reason == "evicted");
  CHECK(store.ask(sessions_ended_since{store.now + 1h}).empty());
  CHECK(store.events_of(to_string(alice), "session.created").size() == 4);
  CHECK(store.events_of(to_string(alice), "session.revoked").size() == 2);
  CHECK(store.refused(store.session_for(user_id{99}, 9)) == errc::not_found);
  CHECK(store.refused_query(get_session{numbered_uuid(77), store.now}) == errc::not_found);
}

CONTRACT_CASE("an attachment shows the session and the end of its user's stream") {
  auto alice = store.add_user("alice");
  auto bob = store.add_user("bob");
  store.perform(store.session_for(alice, 1));
  store.perform(store.session_for(bob, 2));
  auto attachment = [&](int session) { return store.ask(get_attachment{numbered_uuid(session), store.now}); };
  CHECK(attachment(1).session.live);
  CHECK(attachment(1).session.user.username == "alice");
  CHECK(attachment(1).personal_tail == 0);
  for (int cause : {71, 72}) {
    append_personal news;
    news.guard = store.guard_of(alice);
    news.user = alice;
    news.event.cause = numbered_uuid(cause);
    store.perform(news);
  }
  CHECK(attachment(1).personal_tail == 2);
  CHECK(attachment(2).personal_tail == 0);
  store.perform(end_sessions{alice, {numbered_uuid(1)}, false, "revoked", store.now});
  CHECK_FALSE(attachment(1).session.live);
  CHECK(attachment(1).session.user.id == alice);
  CHECK(store.refused_query(get_attachment{numbered_uuid(77), store.now}) == errc::not_found);
}

CONTRACT_CASE("a refresh rotates, repeats within its grace, and tells reuse from nonsense") {
  auto alice = store.add_user("alice");
  auto opened = store.session_for(alice, 1);
  store.perform(opened);
  auto start = store.now;
  auto first = rotation_of(opened, 1, start + 1s);
  auto outcome = store.perform(first);
  CHECK(outcome.kind == rotation::rotated);
  CHECK(outcome.generation == 2);
  CHECK(outcome.current_hash == "generation 2");
  CHECK(outcome.user == alice);
  CHECK(outcome.absolute_expires_at == opened.absolute_expires_at);

  first.now = start + 11s; // ten seconds from the first use
  outcome = store.perform(first);
  CHECK(outcome.kind == rotation::repeated);
  CHECK(outcome.generation == 2);
  CHECK(outcome.current_hash == "generation 2");
  first.now = start + 12s;
  CHECK(store.perform(first).kind == rotation::superseded);

  CHECK(store.perform(rotation_of(opened, 2, start + 13s)).kind == rotation::rotated);
  first.now = start + 13s; // no longer the immediate predecessor
  CHECK(store.perform(first).kind == rotation::superseded);
  auto forged = rotation_of(opened, 3, start + 14s);
  forged.presented_hash = "forged";
  CHECK(store.perform(forged).kind == rotation::ended);
  CHECK(store.perform(rotation_of(opened, 9, start + 14s)).kind == rotation::ended);
  auto by_cookie = rotation_of(opened, 3, start + 14s);
  by_cookie.cookie = true;
  CHECK(store.perform(by_cookie).kind == rotation::ended);
  CHECK(store.perform(rotation_of(opened, 3, start + 14s)).kind == rotation::rotated); // none of it did harm
}

CONTRACT_CASE("an idle, expired, ended, unknown or unrefreshable session does not rotate") {
  auto alice = store.add_user("alice");
  auto opened = store.session_for(alice, 1);
  store.perform(opened);
  CHECK(store.perform(rotation_of(opened, 1, store.now + 1h)).kind == rotation::ended);
  auto kept = rotation_of(opened, 1, store.now + 30min);
  kept.idle_expires_at = store.now + 100h;
  CHECK(store.perform(kept).kind == rotation::rotated);
  CHECK(store.perform(rotation_of(opened, 2, store.now + 24h)).kind == rotation::ended); // absolute

  auto other = store.session_for(alice, 2);
  store.perform(other);
  store.perform(end_sessions{alice, {other.session}, false, "logout", store.now});
  CHECK(store.perform(rotation_of(other, 1, store.now)).kind == rotation::ended);
  CHECK(store.perform(rotation_of(store.session_for(alice, 3), 1, store.now)).kind == rotation::ended);
  auto without = store.session_for(alice, 4);
  without.refresh_hash = "";
  store.perform(without);
  auto empty = rotation_of(without, 1, store.now);
  empty.presented_hash = "";
  CHECK(store.perform(empty).kind == rotation::ended);
}

CONTRACT_CASE("sessions end one by one or all but those listed, and only one's own") {
  auto alice = store.add_user("alice"), bob = store.add_user("bob");
  for (std::uint8_t i = 1; i <= 3; ++i)
    store.perform(store.session_for(alice, i));
  store.perform(store.session_for(bob, 9));
  end_sessions op{alice, {numbered_uuid(1), numbered_uuid(9), numbered_uuid(50)}, false, "revoked", store.now};
  CHECK(store.perform(op) == std::vector{numbered_uuid(1)});
  CHECK(store.perform(op).empty());
  CHECK(store.ask(get_session{numbered_uuid(9), store.now}).live);
  op = {alice, {numbered_uuid(3)}, true, "revoked", store.now};
  CHECK(store.perform(op) == std::vector{numbered_uuid(2)});
  CHECK(store.ask(list_sessions{alice, store.now}).size() == 1);
  CHECK(store.ask(list_sessions{alice, store.now + 1h}).empty()); // idle for too long
}

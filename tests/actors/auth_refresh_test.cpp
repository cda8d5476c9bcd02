#include "tests/actors/auth_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

TEST_CASE_FIXTURE(auth_fixture, "a refresh rotates the token; its repetition gets the same successor") {
  begin();
  auto rotated_once = refresh("9:1:s");
  auto& operation = writer->last<rotate_refresh>();
  CHECK(operation.session == uuid_of(9));
  CHECK(operation.presented_hash == "#s");
  CHECK(operation.successor_hash == "#ss");
  CHECK(operation.grace == config.refresh_grace);
  rotated(rotation::rotated, 2, "#ss");
  CHECK(rotated_once.value().refresh_token == "9:2:ss");
  auto again = refresh("9:1:s");
  rotated(rotation::repeated, 2, "#ss");
  CHECK(again.value().refresh_token == "9:2:ss");
  CHECK(revocations->revoked.empty());
}

TEST_CASE_FIXTURE(auth_fixture,
                  "a refreshed token names the role that the store says now, not that of a copy of the profile") {
  begin();
  store->on<get_session, session_record>([this](get_session& question) -> caf::expected<session_record> {
    auto view = user();
    view.role = role::admin;
    return session_record{question.session, view, true, {}};
  });
  auto issued = refresh("9:1:s");
  rotated(rotation::rotated, 2, "#ss");
  CHECK(issued.value().user.role == role::admin);
  CHECK(store->last<get_session>().session == uuid_of(9));
}

TEST_CASE_FIXTURE(auth_fixture, "a genuine token that comes back ends the whole session") {
  begin();
  auto replayed = refresh("9:1:s");
  rotated(rotation::superseded, 4, "#ssss");
  CHECK(replayed.failure() == errc::refresh_token_reused);
  CHECK(writer->last<end_sessions>().sessions == std::vector<session_id>{uuid_of(9)});
  CHECK(writer->last<end_sessions>().reason == "reused");
  CHECK(revocations->is_revoked(uuid_of(9)));
  CHECK(placement->last<user_end_sessions>().reason == "reused");
}

TEST_CASE_FIXTURE(auth_fixture, "a made-up token ends nobody's session") {
  begin();
  for (auto token : {"9:1:x", "9:4:ssss", "9:7:sssssss"}) {
    auto refused = refresh(token);
    rotated(rotation::superseded, 4, "#ssss");
    CHECK(refused.failure() == errc::invalid_refresh_token);
  }
  CHECK(writer->count<end_sessions>() == 0);
  CHECK(revocations->revoked.empty());
}

TEST_CASE_FIXTURE(auth_fixture, "a token that is too many generations behind is not proven") {
  config.longest_reuse_proof = 2;
  begin();
  auto refused = refresh("9:1:s");
  rotated(rotation::superseded, 4, "#ssss");
  CHECK(refused.failure() == errc::invalid_refresh_token);
}

TEST_CASE_FIXTURE(auth_fixture, "a token of an ended session, or none at all, is invalid") {
  begin();
  auto ended = refresh("9:1:s");
  rotated(rotation::ended, 0, "");
  CHECK(ended.failure() == errc::invalid_refresh_token);
  CHECK(refresh("rubbish").failure() == errc::invalid_refresh_token);
  CHECK(writer->count<rotate_refresh>() == 1);
  auto outage = refresh("9:1:s");
  writer.fail<rotate_refresh>(errc::unavailable);
  CHECK(outage.failure() == errc::unavailable);
}

TEST_CASE_FIXTURE(auth_fixture, "a log-out ends the session at once and everywhere") {
  begin();
  CHECK(ask<done>(auth, auth_logout{caller(1)}).arrived());
  CHECK(revocations->is_revoked(caller(1).session));
  CHECK(placement->last<user_end_sessions>().sessions.size() == 1);
}

TEST_CASE_FIXTURE(auth_fixture, "sessions are ended by name, or all but one's own") {
  begin();
  CHECK(ask<done>(auth, auth_end_sessions{caller(1), {}, true}).failure() == errc::none);
  CHECK(writer->last<end_sessions>().all);
  CHECK(writer->last<end_sessions>().sessions == std::vector<session_id>{caller(1).session});
  CHECK(ask<done>(auth, auth_end_sessions{caller(1), uuid_of(30), false}).failure() == errc::none);
  CHECK(revocations->is_revoked(uuid_of(30)));
  writer->on<end_sessions, std::vector<session_id>>({});
  auto unknown = ask<done>(auth, auth_end_sessions{caller(1), uuid_of(31), false});
  writer.answer<end_sessions>(std::vector<session_id>{});
  CHECK(unknown.failure() == errc::not_found);
}

TEST_CASE_FIXTURE(auth_fixture, "the end of an account is told to all who hold something of it") {
  begin();
  auto gone = ask<done>(auth, auth_delete_account{caller(1)});
  writer.answer<delete_user>(deleted_user{{uuid_of(1)}, {room_id{3}}, {room_id{4}}, {reminder_id{5}}});
  CHECK(gone.arrived());
  CHECK(revocations->is_revoked(uuid_of(1)));
  CHECK(placement->count<room_refresh>() == 2);
  CHECK(placement->last<reminders_forget>().reminders == std::vector<reminder_id>{reminder_id{5}});
  CHECK(placement->last<user_end_sessions>().reason == "deleted");
}

TEST_CASE_FIXTURE(auth_fixture, "a caller is who the live session says") {
  begin();
  store->on<get_session, session_record>({});
  token_claims claims;
  claims.user = user_id{1};
  claims.session = uuid_of(1);
  user_view view;
  view.id = user_id{1};
  view.username = "user1";
  view.role = role::admin;
  auto known = ask<principal>(auth, auth_identify{claims});
  store.answer<get_session>(session_record{uuid_of(1), view, true, {}});
  CHECK(known.value().role == role::admin);
  CHECK(known.value().username == "user1");
  auto ended = ask<principal>(auth, auth_identify{claims});
  store.answer<get_session>(session_record{uuid_of(1), view, false, {}});
  CHECK(ended.failure() == errc::unauthorized);
  auto other = ask<principal>(auth, auth_identify{claims});
  view.id = user_id{2};
  store.answer<get_session>(session_record{uuid_of(1), view, true, {}});
  CHECK(other.failure() == errc::unauthorized);
  auto unknown = ask<principal>(auth, auth_identify{claims});
  store.fail<get_session>(errc::not_found);
  CHECK(unknown.failure() == errc::unauthorized);
}

TEST_CASE_FIXTURE(auth_fixture, "a refreshed access token does not outlive its session") {
  begin();
  auto refreshed = refresh("9:1:s");
  writer.answer<rotate_refresh>(
      rotation_outcome{rotation::rotated, 2, "#ss", user_id{1}, false, timestamp{1000h} + 100s});
  CHECK(refreshed.value().expires_in == 100);
}

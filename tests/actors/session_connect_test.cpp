#include "tests/actors/session_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

TEST_CASE_FIXTURE(session_fixture, "the first command is `connect`") {
  begin();
  run(presence_command{{room_id{7}}});
  CHECK(closed_with() == 3501);
  CHECK(sent().empty());
}

TEST_CASE_FIXTURE(session_fixture, "a connection is attached to its user, who knows of its session") {
  begin();
  run(connect_command{token(), caf::none});
  CHECK(placement->last<user_attach>().user == user_id{1});
  CHECK(placement->last<user_attach>().session == uuid_of(1));
  CHECK(sent().empty());
  attached(4);
  CHECK(sent() == lines{"reply 1 connected@4"});
  CHECK(out->at(connection).expires_at > timestamp{});
  run(connect_command{token(), caf::none});
  CHECK(closed_with() == 3501);
}

TEST_CASE_FIXTURE(session_fixture, "commands that come during `connect` wait for it, in order") {
  begin();
  run(connect_command{token(), caf::none});
  run(subscribe_command{{room_id{7}}});
  run(refused_command{make_failure(errc::unknown_method)});
  CHECK(mirrors->count<mirror_join>() == 0);
  attached(0);
  CHECK(mirrors->last<mirror_join>().command == 2);
  CHECK(mirrors->last<mirror_join>().who.username == "user1");
  CHECK(sent() == lines{"reply 1 connected@0", "error 3 unknown_method"});
}

TEST_CASE_FIXTURE(session_fixture, "too many commands during `connect` end the connection") {
  config->max_waiting = 2;
  begin();
  run(connect_command{token(), caf::none});
  for (int i = 0; i < 3; ++i)
    run(presence_command{{room_id{7}}});
  CHECK(closed_with() == 3013);
}

TEST_CASE_FIXTURE(session_fixture, "an expired token is refused and may be replaced; an invalid one ends it") {
  begin();
  run(connect_command{"expired", caf::none});
  CHECK(sent() == lines{"error 1 unauthorized"});
  CHECK(closed_with() == 0);
  run(connect_command{"rubbish", caf::none});
  CHECK(closed_with() == 3500);
}

TEST_CASE_FIXTURE(session_fixture, "a revoked session does not connect") {
  revocations->revoke(uuid_of(1), {});
  begin();
  run(connect_command{token(), caf::none});
  CHECK(closed_with() == 3503);
  CHECK(placement->count<user_attach>() == 0);
}

TEST_CASE_FIXTURE(session_fixture, "a session that ended, or is somebody else's, does not connect") {
  begin();
  run(connect_command{token(), caf::none});
  attached(0, false);
  CHECK(closed_with() == 3503);
  CHECK(placement->count<user_detach>() == 1);
  session_fixture other;
  other.begin();
  other.run(connect_command{token(2, 1), caf::none});
  other.attached(0);
  CHECK(other.closed_with() == 3503);
}

TEST_CASE_FIXTURE(session_fixture, "a session that nobody opened does not connect") {
  begin();
  run(connect_command{token(), caf::none});
  placement.fail<user_attach>(errc::not_found);
  CHECK(closed_with() == 3500);
}

TEST_CASE_FIXTURE(session_fixture, "a revocation during `connect` closes") {
  begin();
  run(connect_command{token(), caf::none});
  send(session, session_ended{"revoked"});
  CHECK(closed_with() == 3503);
  attached(0);
  CHECK(sent().empty());
}

TEST_CASE_FIXTURE(session_fixture, "an outage at `connect` is temporary; too many connections are not") {
  begin();
  run(connect_command{token(), caf::none});
  placement.fail<user_attach>(errc::unavailable);
  CHECK(sent() == lines{"error 1 unavailable"});
  run(connect_command{token(), caf::none});
  placement.fail<user_attach>(errc::limit_exceeded);
  CHECK(closed_with() == 3504);
}

TEST_CASE_FIXTURE(session_fixture, "what was missed of the personal stream follows the reply") {
  connect(7, recovery_request{true, 5, "e1"});
  CHECK(sent() == lines{"reply 1 connected@5 recovered"});
  CHECK(store->last<read_personal>().after == 5);
  send(session, news(8, 8)); // while the hole is read
  CHECK(sent().size() == 1);
  store.answer<read_personal>(personal_page{news(6, 7).events, 7});
  CHECK(last() == "personal 6,7");
  store.answer<read_personal>(personal_page{news(8, 8).events, 8});
  CHECK(last() == "personal 8");
  send(session, news(9, 9));
  CHECK(last() == "personal 9");
}

TEST_CASE_FIXTURE(session_fixture, "a position of another epoch, or beyond the stream, is not recovered") {
  connect(7, recovery_request{true, 5, "e0"});
  CHECK(sent() == lines{"reply 1 connected@7"});
  session_fixture other;
  other.connect(7, recovery_request{true, 9, "e1"});
  CHECK(other.sent() == lines{"reply 1 connected@7"});
}

TEST_CASE_FIXTURE(session_fixture, "a hole in the personal stream is filled first; repetitions are dropped") {
  connect(3);
  send(session, news(5, 5));
  CHECK(store->last<read_personal>().after == 3);
  store.answer<read_personal>(personal_page{news(4, 5).events, 5});
  send(session, news(5, 5));
  CHECK(sent() == lines{"reply 1 connected@3", "personal 4,5"});
  send(session, news(7, 7));
  store.fail<read_personal>(errc::unavailable);
  CHECK(closed_with() == 3010);
}

TEST_CASE_FIXTURE(session_fixture, "when the user goes down the connection attaches again and looks for news") {
  connect(3);
  stop(user->handle(), caf::exit_reason::kill);
  REQUIRE(placement->open<user_attach>() == 1);
  user = std::make_unique<fake<user_actor>>(*this);
  attached(4);
  store.answer<read_personal>(personal_page{news(4, 4).events, 4});
  CHECK(last() == "personal 4");
  CHECK(closed_with() == 0);
  stop(user->handle(), caf::exit_reason::kill);
  user = std::make_unique<fake<user_actor>>(*this);
  attached(4, false); // revoked while nobody would have told
  CHECK(closed_with() == 3503);
}

TEST_CASE_FIXTURE(session_fixture, "a refresh extends the connection, and never makes it somebody else's") {
  connect();
  run(refresh_command{"expired"});
  CHECK(last() == "error 2 unauthorized");
  run(refresh_command{token()});
  CHECK(last().starts_with("reply 3"));
  run(refresh_command{token(2, 1)});
  CHECK(closed_with() == 3500);
}

TEST_CASE_FIXTURE(session_fixture, "a refresh does not outrun the end of its session") {
  connect();
  revocations->revoke(uuid_of(1), {});
  run(refresh_command{token()});
  CHECK(closed_with() == 3503);
}

#include "actors/message_gate.hpp"
#include "tests/actors/session_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

TEST_CASE_FIXTURE(session_fixture, "which channels may be subscribed") {
  config->limits.channels_per_connection = 1;
  connect();
  run(subscribe_command{{{}, user_id{1}}});
  CHECK(last() == "error 2 already_subscribed");
  run(subscribe_command{{{}, user_id{2}}});
  CHECK(last() == "error 3 forbidden"); // whether there is such a user or not
  run(subscribe_command{});
  CHECK(last() == "error 4 not_found");
  run(subscribe_command{{room_id{7}}});
  CHECK(mirrors->count<mirror_join>() == 1);
  run(subscribe_command{{room_id{7}}});
  CHECK(last() == "error 6 already_subscribed");
  run(subscribe_command{{room_id{8}}});
  CHECK(last() == "error 7 limit_exceeded");
}

TEST_CASE_FIXTURE(session_fixture, "a subscription that was refused or ended may be asked for again") {
  connect();
  run(subscribe_command{{room_id{7}}});
  send(session, subscription_changed{room_id{7}, 2, false});
  run(subscribe_command{{room_id{7}}});
  CHECK(mirrors->count<mirror_join>() == 2);
  run(unsubscribe_command{{room_id{7}}});
  CHECK(mirrors->count<mirror_leave>() == 1);
  run(subscribe_command{{room_id{7}}});
  send(session, subscription_changed{room_id{7}, 3, false}); // of the one before
  send(session, connection_closed{});
  CHECK(mirrors->count<mirror_leave>() == 2);
}

TEST_CASE_FIXTURE(session_fixture, "a message goes to its room and is answered after the commit") {
  connect();
  run(post_command{{room_id{7}}, "hello", "k", 3, true});
  auto& request = placement->last<room_post>();
  CHECK(request.who.user == user_id{1});
  CHECK(request.text == "hello");
  CHECK(request.key == "k");
  CHECK(request.reply_to == 3);
  CHECK(sent().size() == 1);
  placement.answer<room_post>(appended{5, {}, false, true});
  CHECK(last() == "reply 2 body12");
  run(post_command{{room_id{7}}, "hello", {}, 0, false});
  placement.answer<room_post>(appended{6, {}, false, true});
  CHECK(last() == "reply 3 body9");
  run(post_command{{room_id{7}}, "hello", {}, 0, false});
  placement.fail<room_post>(errc::forbidden);
  CHECK(last() == "error 4 forbidden");
  run(post_command{{{}, user_id{1}}, "hello", {}, 0, false});
  CHECK(last() == "error 5 forbidden"); // nobody writes to a personal channel
}

TEST_CASE_FIXTURE(session_fixture, "a client that never gets an answer from a room is told after the deadline") {
  connect();
  run(post_command{{room_id{7}}, "hello", {}, 0, false});
  advance(config->deadline - 1s, 1s);
  CHECK(last() != "error 2 timeout");
  advance(config->deadline / 4 + 1s, 1s);
  CHECK(last() == "error 2 timeout");
  placement.answer<room_post>(appended{5, timestamp{1ms}, false, true}); // too late: it was told otherwise
  CHECK(last() == "error 2 timeout");
}

TEST_CASE_FIXTURE(session_fixture, "messages are limited by a rate") {
  config->send_rate = 1;
  config->send_burst = 2;
  connect();
  for (int i = 0; i < 3; ++i)
    run(post_command{{room_id{7}}, "x", {}, 0, false});
  CHECK(placement->count<room_post>() == 2);
  CHECK(last() == "error 4 too_many_requests");
  advance(1s);
  run(post_command{{room_id{7}}, "x", {}, 0, false});
  CHECK(placement->count<room_post>() == 3);
}

TEST_CASE_FIXTURE(session_fixture, "a message without a place is refused, one that brings its own is not asked again") {
  core::admission_config bounds;
  bounds.first = bounds.least = bounds.most = 2;
  gate = make_message_gate(bounds, nullptr);
  connect();
  for (int i = 0; i < 3; ++i)
    run(post_command{{room_id{7}}, "x", {}, 0, false});
  CHECK(placement->count<room_post>() == 2);
  CHECK(placement->last<room_post>().place != nullptr);
  CHECK(last() == "error 4 overloaded");
  message_place own = std::make_shared<const int>(1);
  run(post_command{{room_id{7}}, "x", {}, 0, false, own});
  CHECK(placement->count<room_post>() == 3);
  CHECK(placement->last<room_post>().place == own);
}

TEST_CASE_FIXTURE(session_fixture, "commands are limited by a rate, apart from messages, which have their own") {
  config->command_rate = 1;
  config->command_burst = 3;
  connect();
  run(ping_command{});
  run(list_rooms_command{});
  run(subscribe_command{{room_id{7}}, {}, false});
  run(ping_command{});
  CHECK(last() == "error 5 too_many_requests");
  auto before = sent().size();
  run(send_command{}); // has no answer, not even this one
  CHECK(sent().size() == before);
  run(post_command{{room_id{7}}, "x", {}, 0, false});
  CHECK(placement->count<room_post>() == 1);
  advance(1s);
  run(ping_command{});
  CHECK(last().starts_with("reply 8"));
}

TEST_CASE_FIXTURE(session_fixture, "what a client may not do is told to the accounts' actor") {
  connect();
  run(subscribe_command{{{}, user_id{2}}, {}, false});
  CHECK(last() == "error 2 forbidden");
  CHECK(auth->count<auth_refused>() == 1);
  CHECK(auth->last<auth_refused>().who.user == user_id{1});
  run(subscribe_command{{}, {}, false}); // no such thing: nobody's right is missing
  CHECK(auth->count<auth_refused>() == 1);
}

TEST_CASE_FIXTURE(session_fixture, "history is read by who may read, forwards and backwards") {
  connect();
  auto admit = [this] { placement.answer<room_admit>(room_admission{9, member_role::member, room_kind::group}); };
  run(history_command{{room_id{7}}, 3, 4, true, false});
  admit();
  CHECK(store->last<read_events>().after == 4);
  CHECK(store->last<read_events>().limit == 3);
  store.answer<read_events>(std::vector<room_event>{});
  CHECK(last().starts_with("reply 2"));
  run(history_command{{room_id{7}}, 100'000, 0, false, true});
  admit();
  CHECK(store->last<read_events>().before == 10);
  CHECK(store->last<read_events>().limit == config->history_limit);
  store.fail<read_events>(errc::unavailable);
  CHECK(last() == "error 3 unavailable");
  run(history_command{{room_id{7}}, 0, 0, false, false}); // the position alone
  admit();
  CHECK(store->count<read_events>() == 2);
  CHECK(last().starts_with("reply 4"));
  run(history_command{{room_id{7}}, 3, 0, false, false});
  placement.fail<room_admit>(errc::hidden);
  CHECK(last().starts_with("error 5"));
  run(history_command{{{}, user_id{2}}, 3, 0, false, false});
  CHECK(last().starts_with("error 6"));
  run(history_command{{{}, user_id{1}}, 3, 2, true, false});
  CHECK(store->last<read_personal>().after == 2);
}

TEST_CASE_FIXTURE(session_fixture, "presence is the room's") {
  connect();
  run(presence_command{{room_id{7}}, false});
  placement.answer<room_list_presence>(std::vector<client_info>{});
  CHECK(last() == "reply 2 body4");
  run(presence_command{{room_id{7}}, true});
  placement.answer<room_list_presence>(std::vector<client_info>{});
  CHECK(last() == "reply 3 body5");
  run(presence_command{{{}, user_id{1}}, false});
  CHECK(last() == "error 4 not_available");
}

TEST_CASE_FIXTURE(session_fixture, "the other methods go where they belong") {
  connect();
  run(list_rooms_command{});
  store.answer<list_rooms>(page<room_view>{});
  CHECK(last().starts_with("reply 2"));
  run(create_room_command{"tea"});
  CHECK(placement->last<user_create_room>().form.name == "tea");
  placement.answer<user_create_room>(room_view{});
  CHECK(last().starts_with("reply 3"));
  run(mark_read_command{room_id{7}, 4});
  placement.answer<room_mark_read>(std::uint32_t{2});
  CHECK(last().starts_with("reply 4"));
  run(create_reminder_command{});
  placement.answer<reminder_add>(reminder_record{});
  CHECK(last().starts_with("reply 5"));
  run(list_reminders_command{});
  CHECK(store->last<list_reminders>().owner == user_id{1});
  store.fail<list_reminders>(errc::unavailable);
  CHECK(last() == "error 6 unavailable");
  run(cancel_reminder_command{reminder_id{3}});
  placement.fail<reminder_cancel>(errc::conflict);
  CHECK(last() == "error 7 conflict");
}

TEST_CASE_FIXTURE(session_fixture, "a page that has drained asks the mirror for the next one") {
  connect();
  send(session, connection_drained{7});
  CHECK(mirrors->last<mirror_continue>().room == room_id{7});
  CHECK(mirrors->last<mirror_continue>().connection == connection);
}

TEST_CASE_FIXTURE(session_fixture, "a revocation says why and closes; nothing is answered after it") {
  connect();
  run(subscribe_command{{room_id{7}}});
  run(post_command{{room_id{7}}, "x", {}, 0, false});
  send(session, session_ended{"logout"});
  CHECK(last() == "revoked logout");
  CHECK(closed_with() == 3503);
  CHECK(mirrors->count<mirror_leave>() == 1);
  CHECK(placement->count<user_detach>() == 1);
  placement.answer<room_post>(appended{});
  run(list_rooms_command{});
  CHECK(last() == "revoked logout");
  CHECK(store->count<list_rooms>() == 0);
}

TEST_CASE_FIXTURE(session_fixture, "a connection that closes leaves everything, once") {
  connect();
  run(subscribe_command{{room_id{7}}});
  run(subscribe_command{{room_id{8}}});
  send(session, connection_closed{});
  CHECK(mirrors->count<mirror_leave>() == 2);
  CHECK(placement->count<user_detach>() == 1);
}

TEST_CASE_FIXTURE(session_fixture, "a shutdown closes with a code that lets the client come back") {
  connect();
  send(session, shut_down{});
  CHECK(closed_with() == 3001);
}

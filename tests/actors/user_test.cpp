#include "actors/user.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct user_fixture : deterministic {
  fake<store_actor> store{*this};
  fake<log_writer_actor> writer{*this};
  fake<partition_actor> partition{*this};
  fake<session_actor> first{*this};
  fake<session_actor> second{*this};
  user_config config;
  user_actor user;

  void begin() {
    user = start(callboard::user, user_id{1}, fence{partition_id{1}, epoch_number{1}}, config,
                 user_neighbours{writer, store, partition});
    settle();
  }
  pending<user_attached> attach(const session_actor& connection, int session) {
    return ask<user_attached>(
        user, user_attach{user_id{1}, uuid_of(static_cast<std::uint8_t>(session)), connection, timestamp{5s}});
  }
  void attach_both() {
    attach(first, 1);
    attach(second, 2);
    store.answer<get_attachment>(attachment_record{});
    store.answer<get_attachment>(attachment_record{});
  }
  personal_event news(stream_offset offset = 0) {
    personal_event event;
    event.offset = offset;
    event.cause = uuid_of(8);
    return event;
  }
  pending<room_view> make_room(std::vector<std::string> members, room_kind kind = room_kind::group,
                               std::string name = "tea") {
    user_create_room request;
    request.who = caller(1);
    request.form.name = std::move(name);
    request.form.kind = kind;
    request.form.members = std::move(members);
    return ask<room_view>(user, request);
  }
};

} // namespace

TEST_CASE_FIXTURE(user_fixture, "a connection learns where the stream ends and gets what comes later") {
  begin();
  auto attached = attach(first, 1);
  CHECK(store->last<get_attachment>().session == uuid_of(1));
  CHECK(store->last<get_attachment>().now == timestamp{5s});
  // A revocation that comes while the session is read reaches the connection.
  send(user, user_end_sessions{user_id{1}, {uuid_of(1)}, false, "revoked"});
  CHECK(first->count<session_ended>() == 1);
  attachment_record found;
  found.personal_tail = 6;
  store.answer<get_attachment>(found);
  CHECK(attached.value().found.personal_tail == 6);
  CHECK(attached.value().user != nullptr);
  CHECK(ask<std::uint32_t>(user, user_deliver{user_id{1}, news(7)}).value() == 1);
  CHECK(first->last<personal_batch>().events.front().offset == 7);
}

TEST_CASE_FIXTURE(user_fixture, "an attachment that fails is none") {
  begin();
  auto attached = attach(first, 1);
  store.fail<get_attachment>(errc::unavailable);
  CHECK(attached.failure() == errc::unavailable);
  CHECK(ask<std::uint32_t>(user, user_deliver{user_id{1}, news(7)}).value() == 0);
}

TEST_CASE_FIXTURE(user_fixture, "a user has at most so many connections") {
  config.max_connections = 1;
  begin();
  attach(first, 1);
  CHECK(attach(second, 2).failure() == errc::limit_exceeded);
  send(user, user_detach{user_id{1}, first});
  CHECK_FALSE(attach(second, 2).arrived());
}

TEST_CASE_FIXTURE(user_fixture, "a connection that dies is forgotten") {
  begin();
  attach_both();
  stop(first.handle());
  CHECK(ask<std::uint32_t>(user, user_deliver{user_id{1}, news(1)}).value() == 1);
}

TEST_CASE_FIXTURE(user_fixture, "an event is delivered with the offset it was committed at") {
  begin();
  attach_both();
  auto appended_at = ask<appended>(user, user_append{user_id{1}, news()});
  CHECK(first->count<personal_batch>() == 0);
  CHECK(writer->last<append_personal>().event.cause == uuid_of(8));
  writer.answer<append_personal>(appended{4, timestamp{1s}, false, true});
  CHECK(appended_at.value().offset == 4);
  CHECK(first->last<personal_batch>().events.front().offset == 4);
  CHECK(second->count<personal_batch>() == 1);
  auto failed = ask<appended>(user, user_append{user_id{1}, news()});
  writer.fail<append_personal>(errc::unavailable);
  CHECK(failed.failure() == errc::unavailable);
  CHECK(first->count<personal_batch>() == 1);
}

TEST_CASE_FIXTURE(user_fixture, "sessions end by name, or all but those named") {
  begin();
  attach_both();
  send(user, user_end_sessions{user_id{1}, {uuid_of(2)}, false, "revoked"});
  CHECK(first->count<session_ended>() == 0);
  CHECK(second->last<session_ended>().reason == "revoked");
  send(user, user_end_sessions{user_id{1}, {uuid_of(2)}, true, "revoked"});
  CHECK(first->count<session_ended>() == 1);
  CHECK(second->count<session_ended>() == 1);
}

TEST_CASE_FIXTURE(user_fixture, "a room is made of members who exist, each once, without oneself") {
  begin();
  auto made = make_room({"user2", "user1", "USER2"});
  member two{user_id{2}, "user2", member_role::owner, {}};
  store.answer<resolve_names>(std::vector<member>{two, {user_id{1}, "user1"}, two});
  auto& operation = writer->last<create_room>();
  REQUIRE(operation.members.size() == 1);
  CHECK(operation.members.front().role == member_role::member);
  CHECK(operation.creator == user_id{1});
  room_view view;
  view.id = room_id{3};
  writer.answer<create_room>(view);
  CHECK(made.value().id == room_id{3});
}

TEST_CASE_FIXTURE(user_fixture, "a room with an unknown member is not made; the answer names each of them once") {
  begin();
  auto made = make_room({"user2", "nobody", "none", "nobody"});
  store.answer<resolve_names>(std::vector<member>{{user_id{2}, "user2"}, {}, {}, {}});
  CHECK(made.failure() == errc::unknown_members);
  REQUIRE(made.context().fields.size() == 3);
  CHECK(made.context().fields[0].pointer == "/members/1");
  CHECK(made.context().fields[2].pointer == "/members/3");
  CHECK(made.context().detail == "these users do not exist: nobody, none");
  CHECK(writer->count<create_room>() == 0);
}

TEST_CASE_FIXTURE(user_fixture, "no more unknown members are told than an answer should hold") {
  begin();
  auto made = make_room(std::vector<std::string>(70, "nobody"));
  store.answer<resolve_names>(std::vector<member>(70));
  REQUIRE(made.failure() == errc::unknown_members);
  CHECK(made.context().fields.size() == 50);
}

TEST_CASE_FIXTURE(user_fixture, "a form that breaks a rule is refused before anything is asked") {
  config.limits.members_per_room = 2;
  begin();
  CHECK(make_room({}, room_kind::group, "").failure() == errc::validation_failed);
  CHECK(make_room({}, room_kind::direct).failure() == errc::validation_failed);
  CHECK(make_room({"a", "b"}).failure() == errc::validation_failed);
  CHECK(store->count<resolve_names>() == 0);
  auto alone = make_room({"user1"}, room_kind::direct);
  store.answer<resolve_names>(std::vector<member>{{user_id{1}, "user1"}});
  CHECK(alone.failure() == errc::validation_failed);
}

TEST_CASE_FIXTURE(user_fixture, "an idle user asks to go; one with connections or work does not") {
  begin();
  attach(first, 1);
  store.answer<get_attachment>(attachment_record{});
  advance(3 * config.idle, 1s);
  CHECK(partition->count<user_idle>() == 0);
  send(user, user_detach{user_id{1}, first});
  ask<appended>(user, user_append{user_id{1}, news()});
  advance(config.idle, 1s);
  CHECK(partition->count<user_idle>() == 0);
  writer.answer<append_personal>(appended{1, {}, false, true});
  advance(2 * config.idle, 1s);
  REQUIRE(partition->count<user_idle>() > 0);
  CHECK(partition->last<user_idle>().handled == 3);
}

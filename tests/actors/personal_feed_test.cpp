#include "actors/personal_feed.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct feed_fixture : deterministic {
  fake<placement_actor> placement{*this};
  event_consumer_actor feed = start(personal_feed, personal_feed_config{}, placement.handle());

  domain_event event(std::string type, std::vector<user_id> users) {
    domain_event result;
    result.id = uuid_of(9);
    result.type = std::move(type);
    result.room = room_id{7};
    result.room_name = "tea";
    result.users = std::move(users);
    return result;
  }
  pending<done> publish(std::vector<domain_event> events) {
    return ask<done>(feed, publish_events{partition_id{1}, std::move(events)});
  }
};

} // namespace

TEST_CASE_FIXTURE(feed_fixture, "each kind of event leads to its personal one, once per user and cause") {
  auto taken = publish({event("room.created", {user_id{1}}), event("member.added", {user_id{2}, user_id{3}}),
                        event("member.removed", {user_id{4}}), event("room.deleted", {user_id{5}}),
                        event("message.created", {user_id{6}})});
  auto& appends = placement->all<user_append>();
  REQUIRE(appends.size() == 5);
  for (std::size_t i = 0; i < appends.size(); ++i) {
    CHECK(number_of(appends[i].user) == static_cast<std::int64_t>(i + 1));
    CHECK(appends[i].event.kind == (i < 3 ? personal_kind::room_added : personal_kind::room_removed));
    CHECK(appends[i].event.cause == uuid_of(9));
    CHECK(appends[i].event.subject == 7);
    CHECK(appends[i].event.text == "tea");
  }
  for (int i = 0; i < 5; ++i) {
    CHECK_FALSE(taken.arrived());
    placement.answer<user_append>(appended{1, {}, i == 2, true}); // a repetition counts as taken
  }
  CHECK(taken.arrived());
  CHECK(taken.failure() == errc::none);
}

TEST_CASE_FIXTURE(feed_fixture, "what concerns nobody is taken at once") {
  CHECK(publish({event("message.created", {user_id{1}})}).arrived());
  CHECK(publish({}).arrived());
}

TEST_CASE_FIXTURE(feed_fixture, "one append that fails fails the batch, after all have ended") {
  auto taken = publish({event("member.added", {user_id{1}, user_id{2}})});
  placement.fail<user_append>(errc::unavailable);
  CHECK_FALSE(taken.arrived());
  placement.answer<user_append>(appended{});
  CHECK(taken.failure() == errc::unavailable);
}

TEST_CASE_FIXTURE(feed_fixture, "a user who was deleted meanwhile does not hold up the log") {
  auto taken = publish({event("member.added", {user_id{1}})});
  placement.fail<user_append>(errc::not_found);
  CHECK(taken.arrived());
  CHECK(taken.failure() == errc::none);
}

#include <string>

#include <doctest/doctest.h>

#include "actors/core/counting.hpp"

using namespace callboard;
using namespace std::chrono_literals;
using core::count;
using core::count_all;

namespace {

uuid id_of(std::uint8_t number) {
  uuid id;
  id.bytes[6] = 0x70;
  id.bytes[8] = 0x80;
  id.bytes[15] = number;
  return id;
}

const timestamp noon{std::chrono::sys_days{std::chrono::year{2026} / 5 / 1}.time_since_epoch() + 12h};

domain_event event_of(std::string type, std::string data, std::uint8_t number = 1) {
  domain_event event;
  event.id = id_of(number);
  event.type = std::move(type);
  event.data = std::move(data);
  event.created_at = noon;
  return event;
}

figure_set figures_of(const std::string& type, const std::string& data) {
  auto counted = count(event_of(type, data));
  return counted ? counted->figures : 0;
}

const std::string reminder = R"({"reminder_id":1,"user_id":5,"state":"scheduled","due_at":"2026-05-01T12:00:00.000Z",)"
                             R"("next_at":"2026-05-01T12:00:00.000Z","fire_seq":1,"created_at":")";

} // namespace

TEST_CASE("each type adds to its figures") {
  CHECK(figures_of("user.created", R"({"user_id":1,"role":"user"})") == set_of(figure::registrations));
  CHECK(figures_of("user.created", R"({"user_id":1,"role":"admin"})") == set_of(figure::registrations));
  CHECK(figures_of("user.created", R"({"user_id":1,"role":"guest"})") == set_of(figure::guests));
  CHECK(figures_of("user.deleted", R"({"user_id":1})") == set_of(figure::users_deleted));
  CHECK(figures_of("session.created", R"({"user_id":1})") == set_of(figure::logins_ok));
  CHECK(figures_of("room.created", R"({"room_id":1,"created_by":1})") == set_of(figure::rooms_created));
  CHECK(figures_of("room.deleted", R"({"room_id":1})") == set_of(figure::rooms_deleted));
  CHECK(figures_of("message.created", R"({"room_id":1,"user_id":2,"text":"x"})") == set_of(figure::messages));
  CHECK(figures_of("reminder.delivered", R"({"user_id":1})") == set_of(figure::reminders_delivered));
  CHECK(figures_of("reminder.failed", R"({"user_id":1})") == set_of(figure::reminders_failed));
  CHECK(figures_of("notification.sent", R"({"user_id":1})") == set_of(figure::notifications_sent));
  CHECK(figures_of("notification.failed", R"({"user_id":1})") == set_of(figure::notifications_failed));
}

TEST_CASE("refused log-ins are counted by their reason") {
  auto refused = [](const std::string& reason) {
    return figures_of("login.failed", R"({"user_id":0,"reason":")" + reason + R"("})");
  };
  CHECK(refused("unknown_user") == set_of(figure::logins_unknown_user));
  CHECK(refused("wrong_password") == set_of(figure::logins_wrong_password));
  CHECK(refused("disabled") == set_of(figure::logins_disabled));
  CHECK(refused("locked") == set_of(figure::logins_locked));
  CHECK(refused("other") == 0);
  CHECK(refused("") == 0);
}

TEST_CASE("a reminder is counted when it is made, not when it is moved") {
  CHECK(figures_of("reminder.created", reminder + R"(2026-05-01T11:00:00.000Z"})") ==
        set_of(figure::reminders_created));
  CHECK(figures_of("reminder.created", reminder + R"(2026-05-01T11:00:00.000Z","rescheduled":true})") == 0);
}

TEST_CASE("a firing more than a second after it was due is late") {
  auto fired = [](const std::string& at) {
    return figures_of("reminder.fired", reminder + "2026-05-01T" + at + "Z\"}");
  };
  CHECK(fired("12:00:00.000") == set_of(figure::reminders_fired));
  CHECK(fired("12:00:01.000") == set_of(figure::reminders_fired));
  CHECK(fired("11:59:59.999") == set_of(figure::reminders_fired));
  CHECK(fired("12:00:01.001") == (set_of(figure::reminders_fired) | set_of(figure::reminders_late)));
  CHECK(figures_of("reminder.fired", R"({"user_id":1})") == 0);
}

TEST_CASE("an event counts on its day of UTC, for its room and its user") {
  auto event = event_of("message.created", R"({"room_id":7,"user_id":9,"text":"x"})");
  auto counted = count(event);
  REQUIRE(counted);
  CHECK(counted->room == room_id{7});
  CHECK(counted->active == user_id{9});
  auto day = day_of(noon);
  CHECK(number_of(day) == 20'574);
  CHECK(counted->day == day);
  event.created_at = noon + 12h - 1ms;
  CHECK(count(event)->day == day);
  event.created_at = noon + 12h;
  CHECK(number_of(count(event)->day) == number_of(day) + 1);
  event.created_at = timestamp{-1ms};
  CHECK(number_of(count(event)->day) == -1);
}

TEST_CASE("who logs in, writes, or makes a room or a reminder is active") {
  CHECK(count(event_of("session.created", R"({"user_id":3})"))->active == user_id{3});
  CHECK(count(event_of("room.created", R"({"created_by":4})"))->active == user_id{4});
  CHECK(count(event_of("reminder.created", R"({"user_id":5})"))->active == user_id{5});
  CHECK(count(event_of("user.created", R"({"user_id":6,"role":"user"})"))->active == user_id{0});
  CHECK(count(event_of("reminder.fired", reminder + R"(2026-05-01T12:00:00.000Z"})"))->active == user_id{0});
}

TEST_CASE("what is not counted adds nothing") {
  CHECK_FALSE(count(event_of("member.added", R"({"room_id":1,"user_id":2})")));
  CHECK_FALSE(count(event_of("session.revoked", R"({"user_id":2})")));
  CHECK_FALSE(count(event_of("", "{}")));
  CHECK_FALSE(count(event_of("message.created", "no JSON")));
  CHECK_FALSE(count(event_of("message.created", R"({"room_id":1})")));
  CHECK_FALSE(count(event_of("message.created", R"({"room_id":0,"user_id":2})")));
  CHECK_FALSE(count(event_of("message.created", R"({"room_id":1,"user_id":-2})")));
  CHECK_FALSE(count(event_of("user.created", R"({"user_id":1})")));
  auto random_id = event_of("user.deleted", R"({"user_id":1})");
  random_id.id.bytes[6] = 0x40;
  CHECK_FALSE(count(random_id));
}

TEST_CASE("an id that comes twice in a batch is counted once") {
  std::vector<domain_event> events;
  for (auto number : {1, 2, 1, 3, 2, 1})
    events.push_back(event_of("user.deleted", "{}", static_cast<std::uint8_t>(number)));
  events.push_back(event_of("member.added", "{}", 9));
  events.push_back(event_of("member.added", "{}", 9));
  auto batch = count_all(events);
  REQUIRE(batch.events.size() == 3);
  CHECK(batch.events[0].id == id_of(1));
  CHECK(batch.events[1].id == id_of(2));
  CHECK(batch.events[2].id == id_of(3));
  CHECK(batch.repeated == 3);
  CHECK(count_all({}).events.empty());
}

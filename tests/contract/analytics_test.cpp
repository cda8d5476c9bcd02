#include <set>
#include <sstream>

#include <boost/json.hpp>

#include "tests/contract/store_fixture.hpp"

using namespace callboard;
using namespace std::chrono_literals;

namespace {

constexpr auto consumer = "analytics";

uuid event_id_at(timestamp time, std::uint16_t number) {
  uuid id;
  auto milliseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
  for (int i = 5; i >= 0; --i, milliseconds >>= 8)
    id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(milliseconds);
  id.bytes[6] = 0x70;
  id.bytes[8] = 0x80;
  id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

fence partition_of(const contract::store_fixture& store, unsigned number) {
  return {static_cast<partition_id>(number), store.epochs.at(number)};
}

struct counting {
  contract::store_fixture& store;
  std::uint16_t last = 0;

  day_number day() const { return day_of(store.now); }
  counted_event event(figure_set figures) { return {event_id_at(store.now, ++last), day(), figures, {}, {}}; }
  counted_event message(room_id room, user_id author) {
    auto made = event(set_of(figure::messages));
    made.room = room;
    made.active = author;
    return made;
  }
  count_events batch(std::vector<counted_event> events, std::int64_t next = 1, unsigned partition = 3) {
    return {partition_of(store, partition), consumer, {"s", next}, std::move(events)};
  }
  std::int64_t total(figure which) {
    std::int64_t sum = 0;
    for (auto& each : store.ask(get_analytics{day_number{0}, day_number{1'000'000}}).days)
      sum += each.figures[static_cast<std::size_t>(which)];
    return sum;
  }
};

/// The values that stand in a table.
std::set<std::string> values_of(contract::store_fixture& store, const std::string& table) {
  std::istringstream lines{store.dump()};
  std::set<std::string> values;
  bool is_inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("table "))
      is_inside = line == "table " + table;
    else if (is_inside)
      values.insert(line);
  }
  return values;
}

std::vector<std::pair<std::string, std::int64_t>> positions(contract::store_fixture& store, unsigned partition) {
  std::vector<std::pair<std::string, std::int64_t>> found;
  auto [id, epoch] = partition_of(store, partition);
  for (auto& each : store.ask(get_log_positions{consumer, id, epoch}))
    found.emplace_back(each.stream, each.next);
  return found;
}

} // namespace

CONTRACT_CASE("events are counted once by their ids, whatever batch brings them again") {
  counting now{store};
  auto first = now.event(set_of(figure::registrations)), second = now.event(set_of(figure::logins_ok));
  auto third = now.event(set_of(figure::reminders_fired) | set_of(figure::reminders_late));
  auto counted = store.perform(now.batch({first, second}, 10));
  CHECK(counted.added == 2);
  CHECK(counted.repeated == 0);
  counted = store.perform(now.batch({second, third, first}, 12));
  CHECK(counted.added == 1);
  CHECK(counted.repeated == 2);
  auto earlier = now.event(set_of(figure::guests)), latest = now.event(set_of(figure::guests));
  CHECK(store.perform(now.batch({latest}, 13)).added == 1);
  counted = store.perform(now.batch({earlier, latest, third}, 14)); // ids need not rise
  CHECK(counted.added == 1);
  CHECK(counted.repeated == 2);
  CHECK(now.total(figure::guests) == 2);
  for (auto which : {figure::registrations, figure::logins_ok, figure::reminders_fired, figure::reminders_late})
    CHECK(now.total(which) == 1);
  CHECK(now.total(figure::messages) == 0);
  auto other = now.batch({first}, 10);
  other.consumer = "another";
  CHECK(store.perform(other).added == 1); // each consumer has ids of its own
}

CONTRACT_CASE("an id that stands in one batch twice is counted once") {
  counting now{store};
  auto event = now.event(set_of(figure::rooms_created));
  auto counted = store.perform(now.batch({event, event}));
  CHECK(counted.added == 1);
  CHECK(counted.repeated == 1);
  CHECK(now.total(figure::rooms_created) == 1);
}

CONTRACT_CASE("batches of one transaction see each other's ids") {
  counting now{store};
  auto event = now.event(set_of(figure::rooms_created));
  auto answers = store.writer().execute({{now.batch({event}, 2), now.batch({event}, 3)}});
  REQUIRE(answers);
  CHECK(std::get<events_counted>(answers->answers[0]).added == 1);
  CHECK(std::get<events_counted>(answers->answers[1]).added == 0);
  CHECK(now.total(figure::rooms_created) == 1);
  CHECK(positions(store, 3) == std::vector<std::pair<std::string, std::int64_t>>{{"s", 3}});
}

CONTRACT_CASE("positions are kept for each consumer, partition and stream, with the counters or not at all") {
  counting now{store};
  CHECK(positions(store, 3).empty());
  store.perform(now.batch({}, 5));
  auto of_another_stream = now.batch({now.event(set_of(figure::guests))}, 7);
  of_another_stream.position.stream = "callboard.rooms";
  store.perform(of_another_stream);
  auto of_another = now.batch({}, 9);
  of_another.consumer = "another";
  store.perform(of_another);
  using expected = std::vector<std::pair<std::string, std::int64_t>>;
  CHECK(positions(store, 3) == expected{{"callboard.rooms", 7}, {"s", 5}});
  CHECK(positions(store, 4).empty());
  store.perform(now.batch({}, 4)); // an older position is what the consumer says, too
  CHECK(positions(store, 3) == expected{{"callboard.rooms", 7}, {"s", 4}});

  auto fenced = now.batch({now.event(set_of(figure::guests))}, 100);
  fenced.guard.epoch = epoch_number{number_of(fenced.guard.epoch) - 1};
  CHECK(store.refused(fenced) == errc::moved);
  CHECK(positions(store, 3) == expected{{"callboard.rooms", 7}, {"s", 4}});
  CHECK(now.total(figure::guests) == 1);
  fenced.guard = partition_of(store, 3);
  CHECK(store.perform(fenced).added == 1); // its id was not kept
  auto [id, epoch] = partition_of(store, 3);
  CHECK(store.refused_query(get_log_positions{consumer, id, epoch_number{number_of(epoch) + 1}}) == errc::moved);
}

CONTRACT_CASE("figures are those of days and rooms, over all partitions") {
  counting now{store};
  auto ann = store.add_user("ann"), bob = store.add_user("bob");
  auto lively = store.add_room(ann), quiet = store.add_room(ann);
  auto today = now.day();
  store.perform(now.batch({now.message(lively, ann), now.message(lively, ann), now.message(quiet, bob)}, 1, 3));
  store.perform(now.batch({now.message(lively, bob), now.message(room_id{99}, ann)}, 1, 4));
  store.now += 24h;
  store.perform(now.batch({now.message(lively, ann)}, 2, 3));
  auto report = store.ask(get_analytics{today, day_number{number_of(today) + 1}, 20});
  REQUIRE(report.days.size() == 2);
  auto messages = static_cast<std::size_t>(figure::messages);
  CHECK(report.days[0].day == today);
  CHECK(report.days[0].figures[messages] == 5);
  CHECK(report.days[0].active_users == 2); // each once, in however many partitions
  CHECK(report.days[1].figures[messages] == 1);
  CHECK(report.days[1].active_users == 1);
  REQUIRE(report.rooms.size() == 3);
  CHECK(report.rooms[0].room == lively);
  CHECK(report.rooms[0].name == "the room");
  CHECK(report.rooms[0].messages == 4);
  CHECK(report.rooms[1].messages == 1);
  CHECK(report.rooms[2].room == room_id{99}); // gone, and still counted
  CHECK(report.rooms[2].name.empty());

  auto one_day = store.ask(get_analytics{day_number{number_of(today) + 1}, day_number{number_of(today) + 1}, 20});
  REQUIRE(one_day.days.size() == 1);
  CHECK(one_day.days[0].figures[messages] == 1);
  CHECK(one_day.rooms.size() == 1);
  CHECK(store.ask(get_analytics{today, today, 1}).rooms.size() == 1);
  CHECK(store.ask(get_analytics{day_number{0}, day_number{1}}).days.empty());
}

CONTRACT_CASE("large batches are counted whole") {
  counting now{store};
  auto ann = store.add_user("ann");
  std::vector<counted_event> events;
  for (int i = 0; i < 2'000; ++i)
    events.push_back(now.message(room_id{1 + i % 700}, ann));
  CHECK(store.perform(now.batch(events)).added == 2'000);
  CHECK(store.perform(now.batch(events)).repeated == 2'000);
  CHECK(now.total(figure::messages) == 2'000);
  CHECK(store.ask(get_analytics{now.day(), now.day(), 100'000}).rooms.size() == 700);
}

CONTRACT_CASE("a deleted user leaves the days, which keep their numbers") {
  counting now{store};
  for (int i = 0; i < 10; ++i)
    store.add_user("user" + std::to_string(i)); // so that no id is the number of a partition used here
  auto ann = store.add_user("ann"), bob = store.add_user("bob");
  auto room = store.add_room(bob);
  auto first = now.day();
  store.perform(now.batch({now.message(room, ann), now.message(room, bob)}, 1, 3));
  store.perform(now.batch({now.message(room, ann)}, 1, 4));
  store.now += 24h;
  store.perform(now.batch({now.message(room, ann)}, 2, 3));
  store.perform(delete_user{ann});
  store.perform(now.batch({now.message(room, ann)}, 3, 3)); // on its way to the log when she went
  auto days = store.ask(get_analytics{first, now.day()}).days;
  REQUIRE(days.size() == 2);
  CHECK(days[0].active_users == 2);
  CHECK(days[1].active_users == 1);
  CHECK(days[1].figures[static_cast<std::size_t>(figure::messages)] == 2);
  // Nothing says any more on which days she was there.
  CHECK(values_of(store, "analytics_users").count(to_string(bob)) == 1);
  CHECK(values_of(store, "analytics_users").count(to_string(ann)) == 0);
  store.perform(delete_user{bob});
  days = store.ask(get_analytics{first, now.day()}).days;
  CHECK(days[0].active_users == 2);
  CHECK(days[1].active_users == 1);
}

CONTRACT_CASE("ids and rows that are too old are removed, so many at a time") {
  counting now{store};
  auto ann = store.add_user("ann");
  std::vector<counted_event> old, fresh;
  for (int i = 0; i < 5; ++i)
    old.push_back(now.message(room_id{1 + i}, ann));
  store.perform(now.batch(old));
  auto first = store.now;
  store.now += 24h * 10;
  for (int i = 0; i < 3; ++i)
    fresh.push_back(now.message(room_id{1}, ann));
  store.perform(now.batch(fresh));

  forget_counted order{partition_of(store, 3), consumer, first + 1ms, day_of(first + 24h), 2};
  auto elsewhere = order;
  elsewhere.guard.epoch = epoch_number{number_of(order.guard.epoch) + 1};
  CHECK(store.refused(elsewhere) == errc::moved);
  elsewhere = order;
  elsewhere.consumer = "another";
  elsewhere.days_before = day_number{0};
  CHECK(store.perform(elsewhere) == 0);
  elsewhere = order;
  elsewhere.guard = partition_of(store, 4); // removes its own alone
  CHECK(store.perform(elsewhere) == 0);
  CHECK(store.perform(order) == 2);
  CHECK(store.perform(order) == 2);
  CHECK(store.perform(order) == 1);
  CHECK(store.perform(order) == 0);
  CHECK(store.perform(now.batch(fresh)).added == 0);
  CHECK(store.perform(now.batch(old)).added == 5); // nothing knows them any more
  auto report = store.ask(get_analytics{day_of(first), now.day()});
  REQUIRE(report.days.size() == 2);
  CHECK(report.days[0].figures[static_cast<std::size_t>(figure::messages)] == 10); // the days' own figures stay
}

CONTRACT_CASE("refused log-ins and notifications are told to the log") {
  auto ann = store.add_user("ann");
  store.perform(tell_refused_login{ann, "wrong_password"});
  store.perform(tell_refused_login{user_id{0}, "unknown_user"});
  store.perform(tell_notification{ann, "email", true, ""});
  store.perform(tell_notification{ann, "email", false, "unavailable"});
  auto data = [&](const std::string& key, const std::string& type) {
    auto found = store.events_of(key, type);
    REQUIRE(found.size() == 1);
    return boost::json::parse(found[0].data).as_object();
  };
  auto known = data(to_string(ann), "login.failed");
  CHECK(known["user_id"] == number_of(ann));
  CHECK(known["reason"] == "wrong_password");
  CHECK(data("0", "login.failed")["reason"] == "unknown_user");
  auto sent = data(to_string(ann), "notification.sent");
  CHECK(sent["channel"] == "email");
  CHECK_FALSE(sent.contains("reason"));
  CHECK(data(to_string(ann), "notification.failed")["reason"] == "unavailable");
  CHECK(store.events_of(to_string(ann), "notification.sent")[0].topic == "callboard.notifications");
}

CONTRACT_CASE("a reminder that is moved says so in its event") {
  auto ann = store.add_user("ann");
  auto made = store.add_reminder(ann, "tea", store.now + 1min);
  auto moved = made;
  moved.due_at = moved.next_at = store.now + 5min;
  ++moved.version;
  store.perform(change_reminder{store.guard_of(ann), moved, "reminder.created"});
  std::vector<bool> is_moved;
  for (auto& event : store.ask(read_outbox{store.guard_of(ann).partition, 0, 100}))
    if (event.type == "reminder.created")
      is_moved.push_back(boost::json::parse(event.data).as_object().contains("rescheduled"));
  CHECK(is_moved == std::vector{false, true});
}

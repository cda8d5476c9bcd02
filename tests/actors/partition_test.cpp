#include "actors/partition.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct partition_fixture : deterministic {
  fake<store_actor> store{*this};
  fake<log_writer_actor> writer{*this};
  fake<log_writer_actor> bookkeeper{*this};
  fake<placement_actor> placement{*this};
  fake<notifier_actor> notifier{*this};
  fake<event_log_actor> event_log{*this};
  fake<event_source_actor> source{*this};
  partition_config config;
  partition_actor partition;
  std::shared_ptr<timestamp> now = std::make_shared<timestamp>(24h);

  void begin(bool own = true) {
    config.room.probe = config.user.probe = config.reminder.probe = std::make_shared<node_probe>();
    config.reminder.wall_clock = config.analytics.wall_clock = [now = now] { return *now; };
    partition = start(callboard::partition, partition_id{5}, config,
                      partition_neighbours{writer, bookkeeper, store, placement, notifier, event_log, {}, source});
    settle();
    if (own)
      send(partition, partition_own{epoch_number{3}});
  }
  void pass(std::chrono::milliseconds time) {
    for (auto passed = 0ms; passed < time; passed += 100ms) {
      *now += 100ms;
      advance(100ms, 100ms);
    }
  }
  void load_rooms() {
    store->on<load_room, room_record>([](load_room& query) -> caf::expected<room_record> {
      room_record record;
      record.room.id = query.room;
      record.members = {{user_id{1}, "user1", member_role::owner, {}}};
      return record;
    });
  }
  reminder_record due_in(int id, std::chrono::milliseconds time) {
    reminder_record record;
    record.id = reminder_id{id};
    record.owner = user_id{1};
    record.text = "tea";
    record.due_at = record.next_at = *now + time;
    record.version = 1;
    return record;
  }
  void found(std::vector<reminder_record> records) { store.answer<due_reminders>(std::move(records)); }
  std::vector<int> fired() {
    std::vector<int> ids;
    for (auto& each : writer->all<fire_reminder>())
      ids.push_back(static_cast<int>(number_of(each.id)));
    return ids;
  }
};

} // namespace

TEST_CASE_FIXTURE(partition_fixture, "what is not owned is answered `moved`") {
  begin(false);
  CHECK(ask<room_admission>(partition, room_admit{room_id{7}, caller(1)}).failure() == errc::moved);
  CHECK(ask<std::uint32_t>(partition, user_deliver{user_id{1}, {}}).failure() == errc::moved);
  CHECK(ask<reminder_record>(partition, reminder_cancel{caller(1), reminder_id{1}}).failure() == errc::moved);
  CHECK(store->count<load_room>() == 0);
}

TEST_CASE_FIXTURE(partition_fixture, "a room is spawned for its first request and kept for the next") {
  load_rooms();
  begin();
  CHECK(ask<room_admission>(partition, room_admit{room_id{7}, caller(1)}).value().my_role == member_role::owner);
  CHECK(ask<room_admission>(partition, room_admit{room_id{7}, caller(1)}).arrived());
  CHECK(ask<room_admission>(partition, room_admit{room_id{8}, caller(1)}).arrived());
  CHECK(store->count<load_room>() == 2);
  CHECK(config.room.probe->rooms.value() == 2);
}

TEST_CASE_FIXTURE(partition_fixture, "an idle room goes, and comes back for the next request") {
  load_rooms();
  begin();
  ask<room_admission>(partition, room_admit{room_id{7}, caller(1)});
  advance(3 * config.room.idle, 1s);
  CHECK(config.room.probe->rooms.value() == 0);
  CHECK(ask<room_admission>(partition, room_admit{room_id{7}, caller(1)}).arrived());
  CHECK(store->count<load_room>() == 2);
}

TEST_CASE_FIXTURE(partition_fixture, "a request that comes while the room asks to go is not lost") {
  load_rooms();
  begin();
  ask<room_admission>(partition, room_admit{room_id{7}, caller(1)});
  // The room said it had handled none of what was passed to it.
  send(partition, room_idle{room_id{7}, 0});
  CHECK(config.room.probe->rooms.value() == 1);
  send(partition, room_idle{room_id{7}, 1});
  CHECK(config.room.probe->rooms.value() == 0);
}

TEST_CASE_FIXTURE(partition_fixture, "a room that was asked for before it existed is there once it is made") {
  begin();
  auto early = ask<room_admission>(partition, room_admit{room_id{7}, caller(1)});
  store.fail<load_room>(errc::not_found);
  CHECK(early.failure() == errc::hidden);
  load_rooms();
  CHECK(ask<room_admission>(partition, room_admit{room_id{7}, caller(1)}).value().my_role == member_role::owner);
}

TEST_CASE_FIXTURE(partition_fixture, "reminders fire in the order of their times, and once") {
  begin();
  CHECK(store->last<due_reminders>().until == *now + config.horizon);
  found({due_in(2, 2s), due_in(1, 1s)});
  CHECK(fired().empty());
  pass(1s);
  CHECK(fired() == std::vector<int>{1});
  pass(1s);
  CHECK(fired() == std::vector<int>{1, 2});
  pass(3s);
  CHECK(fired().size() == 2);
}

TEST_CASE_FIXTURE(partition_fixture, "what came due while nobody was there fires at once") {
  begin();
  found({due_in(1, -1h)});
  settle();
  pass(100ms);
  CHECK(fired() == std::vector<int>{1});
}

TEST_CASE_FIXTURE(partition_fixture, "a store that does not answer is asked again") {
  begin();
  store.fail<due_reminders>(errc::unavailable);
  CHECK(store->count<due_reminders>() == 1);
  pass(config.retry);
  CHECK(store->count<due_reminders>() == 2);
}

TEST_CASE_FIXTURE(partition_fixture, "a reminder that may not fire here any more is not tried without a pause") {
  begin();
  auto record = due_in(1, 100ms);
  found({record});
  writer->on<fire_reminder, fired_reminder>(
      [](fire_reminder&) -> caf::expected<fired_reminder> { return make_failure(errc::moved); });
  store->on<get_reminder, reminder_record>([&](get_reminder&) -> caf::expected<reminder_record> { return record; });
  pass(3s);
  CHECK(fired().size() >= 3);
  CHECK(fired().size() <= 3s / config.retry + 1);
  writer->on<fire_reminder, fired_reminder>(nullptr);
  pass(1s);
  CHECK(writer->open<fire_reminder>() == 1);
}

TEST_CASE_FIXTURE(partition_fixture, "however many reminders end, the store is looked through once in half a horizon") {
  store->on<due_reminders, std::vector<reminder_record>>(
      [](due_reminders&) -> caf::expected<std::vector<reminder_record>> { return std::vector<reminder_record>{}; });
  store->on<due_reminders, std::vector<reminder_record>>({});
  begin();
  found({due_in(1, 100ms), due_in(2, 100ms), due_in(3, 100ms)});
  pass(200ms);
  for (int i = 0; i < 3; ++i)
    writer.fail<fire_reminder>(errc::conflict);
  while (store->open<due_reminders>() > 0)
    found({});
  auto looks = store->count<due_reminders>();
  for (int half = 0; half < 3; ++half) {
    *now += config.horizon / 2;
    advance(config.horizon / 2 + 1s, 10s);
    while (store->open<due_reminders>() > 0)
      found({});
  }
  CHECK(store->count<due_reminders>() - looks <= 3);
}

TEST_CASE_FIXTURE(partition_fixture, "an edit moves a reminder, and what was read before does not move it back") {
  begin();
  auto old = due_in(1, 1s);
  found({old});
  auto changed = ask<reminder_record>(partition, reminder_snooze{caller(1), reminder_id{1}, *now + 3s});
  store.answer<get_reminder>(old);
  auto record = writer->last<change_reminder>().record;
  CHECK(record.version == 2);
  writer.answer<change_reminder>(record);
  CHECK(changed.value().next_at == *now + 3s);
  pass(2s);
  CHECK(fired().empty());
  pass(1s);
  CHECK(fired() == std::vector<int>{1});
}

TEST_CASE_FIXTURE(partition_fixture, "a reminder that is snoozed while its delivery is under way fires again on time") {
  begin();
  auto record = due_in(1, 100ms);
  found({record});
  pass(200ms);
  REQUIRE(fired() == std::vector<int>{1});
  fired_reminder outcome;
  outcome.record = record;
  outcome.record.state = reminder_state::firing;
  outcome.record.version = 2;
  outcome.event.offset = 1;
  store->on<read_personal, personal_page>(
      [](read_personal&) -> caf::expected<personal_page> { return personal_page{}; });
  writer.answer<fire_reminder>(outcome); // settling is under way now
  REQUIRE(writer->open<change_reminder>() == 1);
  ask<reminder_record>(partition, reminder_snooze{caller(1), reminder_id{1}, *now + 1s});
  store.answer<get_reminder>(outcome.record);
  auto snoozed = writer->last<change_reminder>().record;
  CHECK(snoozed.state == reminder_state::snoozed);
  REQUIRE(writer->open<change_reminder>() == 2);
  auto settling = std::move(writer->of<change_reminder>().waiting.front());
  writer->of<change_reminder>().waiting.pop_front();
  writer.answer<change_reminder>(snoozed);
  pass(2s); // due, but the first delivery has not ended
  settling(caf::make_message(make_failure(errc::conflict)));
  settle();
  pass(200ms);
  CHECK(fired() == std::vector<int>{1, 1});
}

TEST_CASE_FIXTURE(partition_fixture, "reminders are checked before they are written") {
  begin();
  found({});
  auto add = [&](std::string text, std::chrono::milliseconds time) {
    reminder_add request{caller(1), due_in(0, time), caf::none};
    request.reminder.text = std::move(text);
    return ask<reminder_record>(partition, request);
  };
  CHECK(add("", 1s).failure() == errc::validation_failed);
  CHECK(add("tea", 0s).failure() == errc::validation_failed);
  CHECK(add("tea", 24h * 366 * 11).failure() == errc::validation_failed);
  auto made = add("tea", 1s);
  auto stored = writer->last<create_reminder>().reminder;
  CHECK(stored.owner == user_id{1});
  stored.id = reminder_id{9};
  writer.answer<create_reminder>(stored);
  CHECK(made.value().id == reminder_id{9});
  pass(1s);
  CHECK(fired() == std::vector<int>{9});
}

TEST_CASE_FIXTURE(partition_fixture, "a reminder that is made while the store is looked through fires on time") {
  begin();
  REQUIRE(store->open<due_reminders>() == 1); // it may have been read already
  reminder_add request;
  request.who = caller(1);
  request.reminder.text = "tea";
  request.reminder.due_at = *now + 3s;
  auto added = ask<reminder_record>(partition, request);
  writer.answer<create_reminder>(due_in(9, 3s));
  CHECK(added.arrived());
  found({});
  pass(3s);
  CHECK(fired() == std::vector{9});
}

TEST_CASE_FIXTURE(partition_fixture, "a change that lost against another one is worked out anew, three times at most") {
  begin();
  found({});
  auto changed = ask<reminder_record>(partition, reminder_cancel{caller(1), reminder_id{1}});
  for (int i = 0; i < 3; ++i) {
    store.answer<get_reminder>(due_in(1, 1h));
    CHECK_FALSE(changed.arrived());
    writer.fail<change_reminder>(errc::conflict);
  }
  CHECK(changed.failure() == errc::conflict);
  CHECK(store->open<get_reminder>() == 0);
}

TEST_CASE_FIXTURE(partition_fixture, "the reminders of a deleted user are forgotten") {
  begin();
  found({due_in(1, 1s)});
  send(partition, reminders_forget{user_id{1}, {reminder_id{1}}});
  pass(2s);
  CHECK(fired().empty());
}

TEST_CASE_FIXTURE(partition_fixture, "the analytics count while the partition is owned, and come back when they fail") {
  begin(false);
  CHECK(store->count<get_log_positions>() == 0);
  send(partition, partition_own{epoch_number{3}});
  REQUIRE(store->count<get_log_positions>() == 1);
  CHECK(store->last<get_log_positions>().epoch == epoch_number{3});
  store.answer<get_log_positions>(std::vector<log_position>{});
  auto first = source->last<consume_partition>().taker;
  source.answer<consume_partition>(done{});
  stop(first, caf::exit_reason::kill);
  REQUIRE(store->count<get_log_positions>() == 2);
  store.answer<get_log_positions>(std::vector<log_position>{});
  auto second = source->last<consume_partition>().taker;
  CHECK(second != first);
  source.answer<consume_partition>(done{});
  // Fenced off: it ends for good.
  ask<done>(second, log_batch{partition_id{5}, "s", {}, 1});
  bookkeeper.fail<count_events>(errc::moved);
  settle();
  CHECK(store->count<get_log_positions>() == 2);
}

TEST_CASE_FIXTURE(partition_fixture, "a partition ends after the relay, and the analytics in between") {
  begin();
  store.answer<get_log_positions>(std::vector<log_position>{});
  auto counting = source->last<consume_partition>().taker;
  source.answer<consume_partition>(done{});
  domain_event event;
  event.position = 1;
  store.answer<read_outbox>(std::vector<domain_event>{event});
  REQUIRE(event_log->count<publish_events>() == 1); // the relay waits for it
  auto ended = std::make_shared<std::vector<caf::actor_addr>>();
  start([ended, partition = partition, counting](caf::event_based_actor* self) {
    self->set_down_handler([ended](const caf::down_msg& message) { ended->push_back(message.source); });
    self->monitor(partition);
    self->monitor(counting);
    self->become([](caf::ok_atom) {});
  });
  settle();
  stop(partition);
  CHECK(ended->empty()); // the log may still hand the analytics what the relay waits for
  event_log.answer<publish_events>(done{});
  bookkeeper.answer<trim_outbox>(done{});
  CHECK(*ended == std::vector<caf::actor_addr>{counting.address(), partition.address()});
}

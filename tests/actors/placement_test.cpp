#include "actors/placement.hpp"

#include "actors/core/partitioning.hpp"
#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct placement_fixture : deterministic {
  fake<store_actor> store{*this};
  fake<log_writer_actor> writer{*this};
  fake<notifier_actor> notifier{*this};
  fake<event_log_actor> event_log{*this};
  placement_config config;
  placement_actor placement;

  void begin() {
    config.node = "n1";
    config.partitions = 8;
    config.partition.reminder.wall_clock = [] { return timestamp{24h}; };
    placement = start(callboard::placement, config, placement_neighbours{writer, writer, store, notifier, event_log});
    settle();
  }
  void claim() {
    std::vector<epoch_number> epochs;
    for (int i = 0; i < 8; ++i)
      epochs.push_back(epoch_number{100 + i});
    writer.answer<claim_partitions>(epochs);
  }
};

} // namespace

TEST_CASE_FIXTURE(placement_fixture, "nothing is served before the partitions are claimed") {
  begin();
  CHECK(writer->last<claim_partitions>().owner == "n1");
  CHECK(writer->last<claim_partitions>().partitions.size() == 8);
  CHECK(ask<room_admission>(placement, room_admit{room_id{1}, caller(1)}).failure() == errc::moved);
  CHECK(ask<std::vector<placement_entry>>(placement, get_placement{}).value().empty());
}

TEST_CASE_FIXTURE(placement_fixture, "a claim that fails is tried again") {
  begin();
  writer.fail<claim_partitions>(errc::unavailable);
  advance(config.retry);
  REQUIRE(writer->count<claim_partitions>() == 2);
  claim();
  auto owned = ask<std::vector<placement_entry>>(placement, get_placement{}).value();
  REQUIRE(owned.size() == 8);
  CHECK(owned[3].epoch == epoch_number{103});
}

TEST_CASE_FIXTURE(placement_fixture, "that all partitions are owned is told when they are, and each time again") {
  int told = 0;
  config.owns_all = [&told] { ++told; };
  begin();
  writer.fail<claim_partitions>(errc::unavailable);
  advance(config.retry);
  CHECK(told == 0);
  claim();
  CHECK(told == 1);
  caf::anon_send(caf::actor_cast<caf::actor>(placement), reload_tick{});
  settle();
  claim();
  CHECK(told == 2);
}

TEST_CASE_FIXTURE(placement_fixture, "what is claimed again is served under its new epochs, from what the store says") {
  begin();
  claim();
  store->on<load_room, room_record>([](load_room& query) -> caf::expected<room_record> {
    room_record record;
    record.room.id = query.room;
    record.members = {{user_id{1}, "user1", member_role::owner, {}}};
    return record;
  });
  ask<room_admission>(placement, room_admit{room_id{1}, caller(1)});
  auto loads = store->count<load_room>();
  caf::anon_send(caf::actor_cast<caf::actor>(placement), reload_tick{});
  settle();
  std::vector<epoch_number> epochs;
  for (int i = 0; i < 8; ++i)
    epochs.push_back(epoch_number{200 + i});
  writer.answer<claim_partitions>(epochs);
  advance(3s, 1s); // the relays had something under way
  auto owned = ask<std::vector<placement_entry>>(placement, get_placement{}).value();
  REQUIRE(owned.size() == 8);
  CHECK(owned[3].epoch == epoch_number{203});
  ask<appended>(placement, room_post{room_id{1}, caller(1), "x", {}, 0, {}});
  auto guard = writer->last<append_events>().guard;
  CHECK(number_of(guard.epoch) == 200 + number_of(guard.partition));
  CHECK(store->count<load_room>() == loads + 1);
}

TEST_CASE_FIXTURE(placement_fixture, "what is under way when the partitions are claimed again is answered at once") {
  begin();
  claim();
  store->on<load_room, room_record>([](load_room& query) -> caf::expected<room_record> {
    room_record record;
    record.room.id = query.room;
    record.members = {{user_id{1}, "user1", member_role::owner, {}}};
    return record;
  });
  auto posted = ask<appended>(placement, room_post{room_id{1}, caller(1), "x", {}, 0, {}});
  auto gathered = ask<appended>(placement, room_post{room_id{1}, caller(1), "y", {}, 0, {}});
  auto renamed = ask<room_view>(placement, room_rename{room_id{1}, caller(1), "new"});
  auto told = ask<appended>(placement, user_append{user_id{1}, {}});
  user_create_room form;
  form.who = caller(1);
  form.form.name = "hall";
  auto made = ask<room_view>(placement, form);
  auto cancelled = ask<reminder_record>(placement, reminder_cancel{caller(1), reminder_id{1}});
  REQUIRE(writer->open<append_events>() == 1);
  CHECK(posted.failure() == errc::none);
  caf::anon_send(caf::actor_cast<caf::actor>(placement), reload_tick{});
  settle();
  writer.answer<claim_partitions>(std::vector<epoch_number>(8, epoch_number{200}));
  advance(3s, 1s); // the relays had something under way
  for (auto failure :
       {posted.failure(), gathered.failure(), renamed.failure(), told.failure(), made.failure(), cancelled.failure()})
    CHECK(failure == errc::moved);
}

TEST_CASE_FIXTURE(placement_fixture, "requests go to the partition of their room or user, with its epoch") {
  begin();
  claim();
  store->on<load_room, room_record>([](load_room& query) -> caf::expected<room_record> {
    room_record record;
    record.room.id = query.room;
    record.members = {{user_id{1}, "user1", member_role::owner, {}}};
    return record;
  });
  for (int room = 1; room <= 20; ++room) {
    ask<appended>(placement, room_post{room_id{room}, caller(1), "x", {}, 0, {}});
    auto guard = writer->last<append_events>().guard;
    CHECK(guard.partition == core::partition_of(room_id{room}, 8));
    CHECK(number_of(guard.epoch) == 100 + number_of(guard.partition));
    ask<appended>(placement, user_append{user_id{room}, {}});
    CHECK(writer->last<append_personal>().guard.partition == core::partition_of(user_id{room}, 8));
    ask<reminder_record>(placement, reminder_cancel{caller(room), reminder_id{1}});
    CHECK(store->last<get_reminder>().owner == user_id{room});
  }
}

TEST_CASE_FIXTURE(placement_fixture, "the partitions end with their placement") {
  begin();
  claim();
  stop(placement);
  advance(3s, 1s); // the relays had something under way
  CHECK(ask<std::vector<placement_entry>>(placement, get_placement{}).failure() == errc::unavailable);
}

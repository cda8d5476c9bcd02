#include "actors/reminder.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct reminder_fixture : deterministic {
  fake<log_writer_actor> writer{*this};
  fake<partition_actor> partition{*this};
  fake<notifier_actor> notifier{*this};
  reminder_config config;
  reminder_record record;

  reminder_fixture() {
    config.wall_clock = [] { return timestamp{1h}; };
    record.id = reminder_id{3};
    record.owner = user_id{1};
    record.text = "tea";
    record.next_at = record.due_at = timestamp{1h};
    record.version = 4;
  }
  void begin() {
    start(reminder, record, fence{partition_id{1}, epoch_number{2}}, config,
          reminder_neighbours{writer, partition, notifier});
    settle();
  }
  fired_reminder fired() {
    fired_reminder result;
    result.record = record;
    result.record.state = reminder_state::firing;
    result.record.version = 5;
    result.event.offset = 9;
    result.event.fire_seq = 1;
    return result;
  }
  void fire() { writer.answer<fire_reminder>(fired()); }
  /// Stores the last change, which ends the reminder here.
  reminder_state store_change() {
    auto stored = writer->last<change_reminder>().record;
    writer.answer<change_reminder>(stored);
    CHECK(partition->count<reminder_settled>() == 1);
    return stored.state;
  }
};

} // namespace

TEST_CASE_FIXTURE(reminder_fixture, "a reminder fires by one write, is delivered, and that is recorded") {
  begin();
  REQUIRE(writer->count<fire_reminder>() == 1);
  CHECK(writer->last<fire_reminder>().version == 4);
  CHECK(writer->last<fire_reminder>().guard.epoch == epoch_number{2});
  CHECK(partition->count<user_deliver>() == 0);
  fire();
  CHECK(partition->last<user_deliver>().event.offset == 9);
  partition.answer<user_deliver>(std::uint32_t{2});
  CHECK(notifier->count<notify_by_mail>() == 0);
  CHECK(writer->last<change_reminder>().record.version == 6);
  CHECK(store_change() == reminder_state::delivered);
  CHECK(writer->count<fire_reminder>() == 1);
}

TEST_CASE_FIXTURE(reminder_fixture, "a conflict means that somebody changed it: it ends here, undelivered") {
  begin();
  writer.fail<fire_reminder>(errc::conflict);
  CHECK(partition->count<reminder_settled>() == 1);
  CHECK(partition->count<user_deliver>() == 0);
  advance(10s, 1s);
  CHECK(writer->count<fire_reminder>() == 1);
}

TEST_CASE_FIXTURE(reminder_fixture, "who lost the partition does not try again") {
  begin();
  writer.fail<fire_reminder>(errc::moved);
  CHECK(partition->count<reminder_settled>() == 1);
}

TEST_CASE_FIXTURE(reminder_fixture, "while the store does not answer it is tried again, less and less often") {
  begin();
  for (std::size_t tries = 1; tries <= 4; ++tries) {
    REQUIRE(writer->count<fire_reminder>() == tries);
    writer.fail<fire_reminder>(errc::unavailable);
    CHECK(writer->count<fire_reminder>() == tries);
    advance(config.first_retry * (1 << (tries - 1)));
  }
  fire();
  CHECK(partition->count<user_deliver>() == 1);
}

TEST_CASE_FIXTURE(reminder_fixture, "e-mail goes out only if no connection took it") {
  record.email = true;
  begin();
  fire();
  partition.answer<user_deliver>(std::uint32_t{1});
  CHECK(notifier->count<notify_by_mail>() == 0);
  CHECK(store_change() == reminder_state::delivered);
}

TEST_CASE_FIXTURE(reminder_fixture, "an e-mail that the notifier cannot send now is tried again") {
  record.email = true;
  begin();
  fire();
  partition.answer<user_deliver>(std::uint32_t{0});
  CHECK(notifier->last<notify_by_mail>().user == user_id{1});
  notifier.fail<notify_by_mail>(errc::unavailable);
  advance(1s);
  REQUIRE(notifier->count<notify_by_mail>() == 2);
  notifier.answer<notify_by_mail>(done{});
  CHECK(store_change() == reminder_state::delivered);
}

TEST_CASE_FIXTURE(reminder_fixture, "an e-mail that can never be sent makes it failed") {
  record.email = true;
  begin();
  fire();
  partition.answer<user_deliver>(std::uint32_t{0});
  notifier.fail<notify_by_mail>(errc::not_available);
  CHECK(store_change() == reminder_state::failed);
}

TEST_CASE_FIXTURE(reminder_fixture, "a reminder found firing is not fired again") {
  record.state = reminder_state::firing;
  record.email = true;
  begin();
  CHECK(writer->count<fire_reminder>() == 0);
  notifier.answer<notify_by_mail>(done{});
  CHECK(store_change() == reminder_state::delivered);
}

TEST_CASE_FIXTURE(reminder_fixture, "that it was delivered is recorded when the store answers again") {
  begin();
  fire();
  partition.fail<user_deliver>(errc::unavailable); // it stands in the stream
  writer.fail<change_reminder>(errc::unavailable);
  CHECK(partition->count<reminder_settled>() == 0);
  advance(1s);
  REQUIRE(writer->count<change_reminder>() == 2);
  CHECK(store_change() == reminder_state::delivered);
}

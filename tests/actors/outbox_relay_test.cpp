#include "actors/outbox_relay.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct relay_fixture : deterministic {
  fake<store_actor> store{*this};
  fake<log_writer_actor> writer{*this};
  fake<event_log_actor> event_log{*this};
  fake<event_log_actor> broker{*this};
  outbox_relay_config config;
  outbox_relay_actor relay;

  void begin(bool with_broker = false) {
    config.batch = 2;
    outbox_relay_neighbours around{writer, store, event_log, {}};
    if (with_broker)
      around.broker = broker;
    relay = start(outbox_relay, fence{partition_id{5}, epoch_number{3}}, config, around);
    settle();
  }
  void found(std::vector<std::int64_t> positions) {
    std::vector<domain_event> events;
    for (auto position : positions) {
      events.emplace_back();
      events.back().position = position;
    }
    store.answer<read_outbox>(std::move(events));
  }
};

} // namespace

TEST_CASE_FIXTURE(relay_fixture, "events are published in order, and trimmed after the log took them") {
  begin();
  CHECK(store->last<read_outbox>().after == 0);
  CHECK(store->last<read_outbox>().epoch == epoch_number{3});
  found({1, 2});
  CHECK(event_log->last<publish_events>().events.size() == 2);
  CHECK(writer->count<trim_outbox>() == 0);
  event_log.answer<publish_events>(done{});
  CHECK(writer->last<trim_outbox>().up_to == 2);
  writer.answer<trim_outbox>(done{});
  CHECK(store->last<read_outbox>().after == 2); // the batch was full: on at once
  found({3});
  event_log.answer<publish_events>(done{});
  writer.answer<trim_outbox>(done{});
  CHECK(store->count<read_outbox>() == 2);
}

TEST_CASE_FIXTURE(relay_fixture, "what the log did not take is published again before anything else") {
  begin();
  found({1, 2});
  for (int i = 0; i < 3; ++i) {
    event_log.fail<publish_events>(errc::unavailable);
    advance(1s);
    CHECK(store->last<read_outbox>().after == 0);
    found({1, 2});
  }
  CHECK(event_log->count<publish_events>() == 4);
  CHECK(writer->count<trim_outbox>() == 0);
  event_log.answer<publish_events>(done{});
  CHECK(writer->last<trim_outbox>().up_to == 2);
}

TEST_CASE_FIXTURE(relay_fixture, "a consumer that meets another partition's move is told again") {
  begin();
  found({1, 2});
  event_log.fail<publish_events>(errc::moved);
  advance(1s);
  CHECK(store->last<read_outbox>().after == 0);
  found({1, 2});
  event_log.answer<publish_events>(done{});
  CHECK(writer->last<trim_outbox>().up_to == 2);
}

TEST_CASE_FIXTURE(relay_fixture, "one batch is under way at a time, and news during it is not forgotten") {
  begin();
  found({1});
  send(relay, outbox_grew{partition_id{5}});
  send(relay, outbox_grew{partition_id{5}});
  CHECK(store->count<read_outbox>() == 1);
  event_log.answer<publish_events>(done{});
  writer.answer<trim_outbox>(done{});
  advance(config.pace);
  REQUIRE(store->count<read_outbox>() == 2);
  found({});
  advance(config.pace);
  send(relay, outbox_grew{partition_id{5}});
  CHECK(store->count<read_outbox>() == 3);
}

TEST_CASE_FIXTURE(relay_fixture, "a wake-up that was lost is made good by the regular look") {
  begin();
  found({});
  advance(config.poll + 100ms);
  CHECK(store->count<read_outbox>() == 2);
}

TEST_CASE_FIXTURE(relay_fixture, "a trim that fails does not publish again") {
  begin();
  found({1});
  event_log.answer<publish_events>(done{});
  writer.fail<trim_outbox>(errc::unavailable);
  advance(config.poll + 100ms);
  CHECK(store->last<read_outbox>().after == 1);
  CHECK(event_log->count<publish_events>() == 1);
}

TEST_CASE_FIXTURE(relay_fixture, "a trim that failed is tried again though no event follows") {
  begin();
  found({1});
  event_log.answer<publish_events>(done{});
  writer.fail<trim_outbox>(errc::unavailable);
  advance(config.poll + 100ms);
  CHECK(writer->count<trim_outbox>() == 2);
  CHECK(writer->last<trim_outbox>().up_to == 1);
  writer.answer<trim_outbox>(done{});
  found({});
  advance(config.poll + 100ms);
  CHECK(writer->count<trim_outbox>() == 2);
}

TEST_CASE_FIXTURE(relay_fixture, "a relay that was fenced off ends") {
  begin();
  found({1});
  event_log.answer<publish_events>(done{});
  writer.fail<trim_outbox>(errc::moved);
  send(relay, outbox_grew{partition_id{5}});
  advance(config.poll * 2, 1s);
  CHECK(store->count<read_outbox>() == 1);
}

TEST_CASE_FIXTURE(relay_fixture, "a relay that reads of another owner ends without publishing") {
  begin();
  store.fail<read_outbox>(errc::moved);
  advance(config.poll * 2, 1s);
  CHECK(store->count<read_outbox>() == 1);
  CHECK(event_log->count<publish_events>() == 0);
}

TEST_CASE_FIXTURE(relay_fixture, "a broker that is down holds up nobody but itself, and rows stay for it") {
  auto rows = std::make_shared<std::int64_t>(1);
  auto down = std::make_shared<bool>(true);
  store->on<read_outbox, std::vector<domain_event>>(
      [rows](read_outbox& question) -> caf::expected<std::vector<domain_event>> {
        std::vector<domain_event> events;
        for (auto position = question.after + 1; position <= *rows; ++position) {
          events.emplace_back();
          events.back().position = position;
        }
        return events;
      });
  event_log->on<publish_events, done>([](publish_events&) -> caf::expected<done> { return done{}; });
  broker->on<publish_events, done>([down](publish_events&) -> caf::expected<done> {
    if (*down)
      return make_failure(errc::unavailable);
    return done{};
  });
  begin(true);
  *rows = 2;
  send(relay, outbox_grew{partition_id{5}});
  advance(config.pace * 2);
  REQUIRE(event_log->count<publish_events>() == 2); // 1, then 2
  CHECK(event_log->last<publish_events>().events.size() == 1);
  CHECK(broker->count<publish_events>() > 1);
  CHECK(writer->count<trim_outbox>() == 0);
  *down = false;
  advance(1s);
  CHECK(broker->last<publish_events>().events.size() == 2);
  CHECK(writer->last<trim_outbox>().up_to == 2);
}

TEST_CASE_FIXTURE(relay_fixture, "what the regular look finds is not missed by one that pauses at that time") {
  auto rows = std::make_shared<std::int64_t>(0);
  store->on<read_outbox, std::vector<domain_event>>(
      [rows](read_outbox& question) -> caf::expected<std::vector<domain_event>> {
        std::vector<domain_event> events;
        for (auto position = question.after + 1; position <= *rows; ++position) {
          events.emplace_back();
          events.back().position = position;
        }
        return events;
      });
  for (auto* log : {&event_log, &broker})
    (*log)->on<publish_events, done>([](publish_events&) -> caf::expected<done> { return done{}; });
  config.poll = config.pace - 50ms;
  begin(true);
  *rows = 1; // written by another process: nobody says so
  advance(config.poll);
  REQUIRE(broker->count<publish_events>() == 1);
  REQUIRE(event_log->count<publish_events>() == 0);
  advance(config.pace);
  CHECK(event_log->count<publish_events>() == 1);
  CHECK(broker->count<publish_events>() == 1);
  CHECK(writer->last<trim_outbox>().up_to == 1);
}

TEST_CASE_FIXTURE(relay_fixture, "removals have a pace of their own, and publishing does not wait for them") {
  config.trim_pace = 50ms;
  config.pace = 0ms;
  begin();
  found({1, 2});
  event_log.answer<publish_events>(done{});
  CHECK(writer->last<trim_outbox>().up_to == 2);
  found({3, 4});
  event_log.answer<publish_events>(done{}); // while the removal is not answered
  CHECK(writer->count<trim_outbox>() == 1);
  writer.answer<trim_outbox>(done{});
  CHECK(writer->count<trim_outbox>() == 1);
  advance(config.trim_pace);
  CHECK(writer->last<trim_outbox>().up_to == 4);
}

TEST_CASE_FIXTURE(relay_fixture, "asked to end, it ends after the batch under way and its removal") {
  begin();
  found({1, 2});
  stop(relay);
  event_log.answer<publish_events>(done{});
  CHECK(writer->last<trim_outbox>().up_to == 2);
  CHECK(store->count<read_outbox>() == 1);
  writer.answer<trim_outbox>(done{});
  send(relay, outbox_grew{partition_id{5}});
  advance(config.poll * 2, 1s);
  CHECK(store->count<read_outbox>() == 1);
}

TEST_CASE_FIXTURE(relay_fixture, "asked to end, it waits for a batch only so long") {
  begin();
  found({1, 2});
  stop(relay);
  advance(config.stop_deadline + 100ms);
  event_log.answer<publish_events>(done{});
  CHECK(writer->count<trim_outbox>() == 0);
}

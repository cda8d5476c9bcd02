#include "actors/outbox_relay.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct relay_fixture : deterministic {
  fake<store_actor> store{*this};
  fake<log_writer_actor> writer{*this};
  fake<event_log_actor> event_log{*this};
  outbox_relay_config config;
  outbox_relay_actor relay;

  void begin() {
    config.batch = 2;
    relay = start(outbox_relay, fence{partition_id{5}, epoch_number{3}}, config,
                  outbox_relay_neighbours{writer, store, event_log});
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

TEST_CASE_FIXTURE(relay_fixture, "a relay that was fenced off ends") {
  begin();
  found({1, 2});
  event_log.answer<publish_events>(done{});
  writer.fail<trim_outbox>(errc::moved);
  send(relay, outbox_grew{partition_id{5}});
  advance(config.poll * 2, 1s);
  CHECK(store->count<read_outbox>() == 1);
}

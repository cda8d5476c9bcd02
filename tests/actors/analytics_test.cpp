#include "actors/analytics.hpp"

#include "actors/core/counting.hpp"
#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

uuid event_id_of(std::uint8_t number) {
  auto id = uuid_of(number);
  id.bytes[6] = 0x70;
  return id;
}

struct analytics_fixture : deterministic {
  fake<store_actor> store{*this};
  fake<log_writer_actor> writer{*this};
  fake<event_source_actor> source{*this};
  analytics_config config;
  log_consumer_actor counting;
  timestamp now{24h};

  void begin(partition_id partition = partition_id{5}) {
    config.wall_clock = [this] { return now; };
    config.probe = std::make_shared<node_probe>();
    counting = start(analytics, fence{partition, epoch_number{3}}, config, analytics_neighbours{writer, store, source});
    settle();
  }
  void begin_at(std::vector<log_position> from) {
    begin();
    store.answer<get_log_positions>(std::move(from));
    source.answer<consume_partition>(done{});
  }
  static domain_event deletion(std::uint8_t number) {
    domain_event event;
    event.id = event_id_of(number);
    event.type = "user.deleted";
    event.data = "{}";
    event.created_at = timestamp{23h};
    return event;
  }
  pending<done> hand_over(std::vector<domain_event> events, std::int64_t next, std::string stream = "s") {
    return ask<done>(counting, log_batch{partition_id{5}, std::move(stream), std::move(events), next});
  }
  bool has_ended() {
    bool ended = false;
    system.spawn([&ended, who = counting](caf::event_based_actor* self) {
      self->set_down_handler([&ended](const caf::down_msg&) { ended = true; });
      self->monitor(who);
      self->become([](caf::ok_atom) {});
      self->send_exit(self, caf::exit_reason::user_shutdown);
    });
    settle();
    return ended;
  }
};

} // namespace

TEST_CASE_FIXTURE(analytics_fixture, "it asks the log for what follows the stored positions") {
  begin();
  auto& question = store->last<get_log_positions>();
  CHECK(question.consumer == "analytics");
  CHECK(question.partition == partition_id{5});
  CHECK(question.epoch == epoch_number{3});
  CHECK(source->count<consume_partition>() == 0);
  store.answer<get_log_positions>(std::vector<log_position>{{"a", 7}, {"b", 9}});
  auto& wanted = source->last<consume_partition>();
  CHECK(wanted.consumer == "analytics");
  CHECK(wanted.partition == partition_id{5});
  REQUIRE(wanted.from.size() == 2);
  CHECK(wanted.from[1].stream == "b");
  CHECK(wanted.from[1].next == 9);
  CHECK(wanted.taker == counting);
}

TEST_CASE_FIXTURE(analytics_fixture, "a batch is one operation, and answered after its commit") {
  begin_at({});
  auto taken = hand_over({deletion(1), deletion(2), deletion(1)}, 42);
  auto& operation = writer->last<count_events>();
  CHECK(operation.guard.partition == partition_id{5});
  CHECK(operation.guard.epoch == epoch_number{3});
  CHECK(operation.consumer == "analytics");
  CHECK(operation.position.stream == "s");
  CHECK(operation.position.next == 42);
  CHECK(operation.events == core::count_all({deletion(1), deletion(2)}).events);
  CHECK_FALSE(taken.arrived());
  writer.answer<count_events>(events_counted{1, 1});
  CHECK(taken.arrived());
  CHECK(taken.failure() == errc::none);
  CHECK(config.probe->analytics_counted.value() == 1);
  CHECK(config.probe->analytics_repeated.value() == 2); // one in the batch, one in the store
  CHECK(config.probe->analytics_lag_ms.sum() == 3'600'000);
}

TEST_CASE_FIXTURE(analytics_fixture, "a batch without anything to count moves the position too") {
  begin_at({});
  domain_event strange;
  strange.type = "of.another.kind";
  hand_over({strange}, 5);
  CHECK(writer->last<count_events>().events.empty());
  CHECK(writer->last<count_events>().position.next == 5);
  hand_over({}, 6, "t");
  CHECK(writer->last<count_events>().position.next == 6);
}

TEST_CASE_FIXTURE(analytics_fixture, "a stream has one batch under way, other streams have theirs") {
  begin_at({});
  auto first = hand_over({deletion(1)}, 2);
  auto again = hand_over({deletion(1), deletion(2)}, 3);
  CHECK(again.failure() == errc::overloaded);
  auto other = hand_over({deletion(3)}, 9, "t");
  CHECK(writer->count<count_events>() == 2);
  writer.answer<count_events>(events_counted{1, 0});
  writer.answer<count_events>(events_counted{1, 0});
  CHECK(first.arrived());
  CHECK(other.arrived());
  hand_over({deletion(1), deletion(2)}, 3);
  CHECK(writer->count<count_events>() == 3);
}

TEST_CASE_FIXTURE(analytics_fixture, "a batch that is not written is refused, and taken when it comes again") {
  begin_at({});
  auto taken = hand_over({deletion(1)}, 2);
  writer.fail<count_events>(errc::unavailable);
  CHECK(taken.failure() == errc::unavailable);
  CHECK(config.probe->analytics_failures.value() == 1);
  auto again = hand_over({deletion(1)}, 2);
  writer.answer<count_events>(events_counted{1, 0});
  CHECK(again.failure() == errc::none);
  CHECK(config.probe->analytics_counted.value() == 1);
}

TEST_CASE_FIXTURE(analytics_fixture, "a write that is never answered refuses the batch at its deadline") {
  begin_at({});
  auto taken = hand_over({deletion(1)}, 2);
  advance(config.write_deadline + 1s, 1s);
  CHECK(taken.failure() == errc::timeout);
  hand_over({deletion(1)}, 2);
  CHECK(writer->count<count_events>() == 2);
}

TEST_CASE_FIXTURE(analytics_fixture, "who was fenced off ends: at a batch") {
  begin_at({});
  auto taken = hand_over({deletion(1)}, 2);
  writer.fail<count_events>(errc::moved);
  CHECK(taken.failure() == errc::moved);
  CHECK(has_ended());
}

TEST_CASE_FIXTURE(analytics_fixture, "who was fenced off ends: at the beginning") {
  begin();
  CHECK_FALSE(has_ended());
  store.fail<get_log_positions>(errc::moved);
  CHECK(has_ended());
  CHECK(source->count<consume_partition>() == 0);
}

TEST_CASE_FIXTURE(analytics_fixture, "a store or a log that does not answer is asked again, ever more rarely") {
  begin();
  store.fail<get_log_positions>(errc::unavailable);
  CHECK(store->count<get_log_positions>() == 1);
  advance(config.first_retry);
  REQUIRE(store->count<get_log_positions>() == 2);
  store.answer<get_log_positions>(std::vector<log_position>{});
  for (int i = 0; i < 10; ++i) {
    source.fail<consume_partition>(errc::unavailable);
    advance(config.longest_retry);
    REQUIRE(store->open<get_log_positions>() == 1); // one at a time
    store.answer<get_log_positions>(std::vector<log_position>{});
  }
  CHECK(source->count<consume_partition>() == 11);
  source.fail<consume_partition>(errc::unavailable);
  advance(config.longest_retry / 2 - 100ms);
  CHECK(store->open<get_log_positions>() == 0);
  advance(config.longest_retry);
  store.answer<get_log_positions>(std::vector<log_position>{});
  source.answer<consume_partition>(done{});
  advance(1min, 1s);
  CHECK(source->count<consume_partition>() == 12);
}

TEST_CASE_FIXTURE(analytics_fixture, "a log that does not answer at all is asked again after the deadline") {
  begin();
  store.answer<get_log_positions>(std::vector<log_position>{});
  advance(config.source_deadline + config.first_retry, 100ms);
  CHECK(store->count<get_log_positions>() == 2);
}

TEST_CASE_FIXTURE(analytics_fixture, "a log that ends is asked again, from the positions of then") {
  begin_at({{"s", 1}});
  stop(source.handle(), caf::exit_reason::kill);
  advance(config.first_retry);
  CHECK(store->count<get_log_positions>() == 2);
  for (int i = 0; i < 5; ++i) {
    store.answer<get_log_positions>(std::vector<log_position>{{"s", 2}});
    advance(config.longest_retry);
    CHECK(store->open<get_log_positions>() == 1); // not one for each way in which it was noticed
  }
}

TEST_CASE_FIXTURE(analytics_fixture, "what is too old is removed, at once while there is more") {
  now = timestamp{std::chrono::days{1'000}};
  begin_at({});
  CHECK(writer->count<forget_counted>() == 0);
  advance(config.forget_every / 64 * 6, 1s); // the sixth of 64 partitions
  REQUIRE(writer->count<forget_counted>() == 1);
  auto& operation = writer->last<forget_counted>();
  CHECK(operation.ids_before == now - config.keep_ids);
  CHECK(number_of(operation.days_before) == 200);
  CHECK(operation.limit == config.forget_limit);
  writer.answer<forget_counted>(config.forget_limit);
  advance(config.forget_again);
  REQUIRE(writer->count<forget_counted>() == 2);
  writer.answer<forget_counted>(config.forget_limit - 1);
  advance(config.forget_again * 2);
  CHECK(writer->count<forget_counted>() == 2);
  advance(config.forget_every, 1s);
  REQUIRE(writer->count<forget_counted>() == 3);
  writer.fail<forget_counted>(errc::unavailable);
  advance(config.forget_every, 1s);
  REQUIRE(writer->count<forget_counted>() == 4);
  writer.fail<forget_counted>(errc::moved);
  CHECK(has_ended());
}

TEST_CASE_FIXTURE(analytics_fixture, "a user is written as active once a day, when the store has it") {
  config.most_known_users = 2;
  begin_at({});
  std::uint8_t number = 0;
  auto said = [&](int user, timestamp at) {
    auto event = deletion(++number);
    event.type = "message.created";
    event.data = R"({"room_id":1,"user_id":)" + std::to_string(user) + "}";
    event.created_at = at;
    return event;
  };
  auto hand = [&](std::vector<domain_event> events) {
    hand_over(std::move(events), number);
    std::vector<std::int64_t> active;
    for (auto& each : writer->last<count_events>().events)
      active.push_back(number_of(each.active));
    return active;
  };
  using users = std::vector<std::int64_t>;
  CHECK(hand({said(1, timestamp{1h})}) == users{1});
  writer.fail<count_events>(errc::unavailable);
  CHECK(hand({said(1, timestamp{1h}), said(2, timestamp{1h})}) == users{1, 2}); // it was not written
  writer.answer<count_events>(events_counted{2, 0});
  CHECK(hand({said(1, timestamp{2h}), said(3, timestamp{2h}), said(2, timestamp{3h})}) == users{0, 3, 0});
  writer.answer<count_events>(events_counted{3, 0});
  CHECK(hand({said(3, timestamp{4h})}) == users{3}); // beyond what is kept in memory
  writer.answer<count_events>(events_counted{1, 0});
  CHECK(hand({said(1, timestamp{25h})}) == users{1}); // another day
  writer.answer<count_events>(events_counted{1, 0});
  CHECK(hand({said(1, timestamp{26h}), said(2, timestamp{5h})}) == users{0, 2}); // of the day before nothing is known
}

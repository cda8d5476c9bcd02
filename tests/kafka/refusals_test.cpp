#include <librdkafka/rdkafka.h>

#include <librdkafka/rdkafka_mock.h>

#include "tests/kafka/kafka_fixture.hpp"

// Errors that a real broker cannot be made to give.

using namespace callboard;
using namespace callboard::test;

namespace {

constexpr partition_id third{3};
constexpr std::int16_t produce_request = 0;

struct mock_fixture : kafka_fixture {
  rd_kafka_t* handle = nullptr;
  rd_kafka_mock_cluster_t* cluster = nullptr;

  explicit mock_fixture(std::chrono::milliseconds batch_deadline = std::chrono::seconds{10}) {
    settings.batch_deadline = batch_deadline;
    char words[512];
    handle = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), words, sizeof words);
    cluster = rd_kafka_mock_cluster_new(handle, 1);
    REQUIRE(cluster != nullptr);
    settings.brokers = rd_kafka_mock_cluster_bootstraps(cluster);
    for (auto& topic : kafka::event_topics())
      rd_kafka_mock_topic_create(cluster, topic.c_str(), 64, 1);
    rd_kafka_mock_topic_create(cluster, kafka::dead_topic, 64, 1);
    start_producer();
    publish_until_taken(third, {event("0")});
  }
  // The producer ends first: it would look for its cluster.
  ~mock_fixture() {
    {
      caf::scoped_actor self{*system};
      self->monitor(producer);
      self->send_exit(producer, caf::exit_reason::user_shutdown);
      self->receive([](const caf::down_msg&) {}, caf::after(std::chrono::seconds{20}) >> [] {});
    }
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(handle);
  }
  void refuse(std::size_t requests, rd_kafka_resp_err_t code) {
    std::vector<rd_kafka_resp_err_t> codes(requests, code);
    rd_kafka_mock_push_request_errors_array(cluster, produce_request, requests, codes.data());
  }
  /// The broker refuses the next request, and says so only after a while; what comes behind it is taken meanwhile.
  void refuse_late(rd_kafka_resp_err_t code, std::chrono::milliseconds time) {
    rd_kafka_mock_broker_push_request_error_rtts(cluster, 1, produce_request, 1, code, static_cast<int>(time.count()));
  }
};

struct impatient_fixture : mock_fixture {
  impatient_fixture() : mock_fixture{std::chrono::milliseconds{200}} {}
};

} // namespace

TEST_CASE_FIXTURE(mock_fixture, "a request that is refused as not valid is tried event by event") {
  refuse(1, RD_KAFKA_RESP_ERR_INVALID_RECORD);
  CHECK_FALSE(publish(third, {event("1", "a"), event("1", "b"), event("1", "c")}));
  CHECK(dead->count() == 0);
}

TEST_CASE_FIXTURE(mock_fixture, "an event that is refused alone too is dead, and the others go on") {
  refuse(3, RD_KAFKA_RESP_ERR_INVALID_RECORD); // at first, alone, and after a look at the topic
  std::vector<domain_event> batch{event("1", "a")};
  CHECK_FALSE(publish(third, batch));
  CHECK_FALSE(publish(third, {event("1", "b"), event("1", "c")}));
  REQUIRE(dead->count() == 1);
  CHECK(dead->events[0].event.id == batch[0].id);
}

TEST_CASE_FIXTURE(mock_fixture, "errors of the broker kill no event") {
  refuse(3, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
  publish_until_taken(third, {event("1", "a")});
  refuse(1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  CHECK(publish_until_taken(third, {event("1", "b"), event("2", "c")}) > 1); // refused, and taken later
  CHECK(dead->count() == 0);
}

TEST_CASE_FIXTURE(impatient_fixture,
                  "while the broker does not know the producer in a partition, nothing can overtake") {
  constexpr partition_id fourth{4}; // where it has published nothing yet
  tail reading{settings.brokers, "callboard.rooms", 4};
  std::vector<domain_event> events{event("1", "a"), event("1", "b")};
  refuse_late(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, std::chrono::milliseconds{800});
  CHECK(publish(fourth, events)); // not taken in time
  for (auto name : {"c", "d", "e"})
    events.push_back(event("1", name));
  publish_until_taken(fourth, events);
  auto found = reading.read(5);
  std::string order;
  for (auto& each : found)
    order += each.value;
  CHECK(order == "abcde");
  CHECK(reading.rest().empty());
}

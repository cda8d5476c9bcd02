#include <atomic>

#include "adapters/kafka/topics.hpp"
#include "tests/eventually.hpp"
#include "tests/kafka/kafka_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct topics_fixture : kafka_fixture {
  /// What is found of the topics, or why they cannot be used; not that the broker was too busy to say it.
  auto ensure_topics() {
    auto found = kafka::ensure_topics(settings, stopping);
    for (int tries = 1; !found && code_of(found.error()) == errc::unavailable && tries < 20; ++tries)
      found = kafka::ensure_topics(settings, stopping);
    return found;
  }
  std::atomic<bool> stopping{false};
};

} // namespace

TEST_CASE_FIXTURE(topics_fixture, "topics that are missing are made with the installation's partitions") {
  settings.brokers = test_brokers();
  auto extra = fresh("routed");
  settings.routes = {{"user.created", extra, {}}};
  auto topics = ensure_topics();
  REQUIRE(topics);
  CHECK(topics->size() == 6);
  for (auto& [name, facts] : *topics) {
    CHECK(facts.partitions == 64);
    CHECK(facts.max_bytes == 1'048'588);
  }
  CHECK(topics->count(extra) == 1);
  auto again = ensure_topics();
  REQUIRE(again);
  CHECK(again->size() == 6);
}

TEST_CASE_FIXTURE(topics_fixture, "a topic with another number of partitions is refused, and nothing is published") {
  settings.brokers = test_brokers();
  REQUIRE(ensure_topics());
  settings.partitions = 3;
  auto refused = ensure_topics();
  REQUIRE_FALSE(refused);
  CHECK(code_of(refused.error()) == errc::conflict);
  CHECK(context_of(refused.error()).detail.find("has 64 partitions, but this installation has 3") != std::string::npos);
  start_producer();
  caf::error reason;
  CHECK(eventually([&] {
    reason = publish(partition_id{1}, {event("1")});
    return reported("this installation has 3");
  }));
  CHECK(code_of(reason) == errc::unavailable);
}

TEST_CASE_FIXTURE(topics_fixture, "without a broker every batch is refused at once, with the reason") {
  settings.brokers = "127.0.0.1:1";
  start_producer();
  // A batch that waited for a broker would end at its deadline, with `timeout`.
  CHECK(code_of(publish(partition_id{1}, {event("1")})) == errc::unavailable);
}

#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <caf/all.hpp>
#include <doctest/doctest.h>
#include <librdkafka/rdkafka.h>

#include "adapters/kafka/event_producer.hpp"
#include "adapters/kafka/event_reader.hpp"
#include "messages/messages.hpp"

namespace callboard::test {

/// The broker that the tests run against; without one a test fails with a sentence.
std::string test_brokers();

/// scripts/services COMMAND kafka.
void service(const std::string& command);

/// A message as a foreign consumer reads it.
struct read_message {
  std::string key, value;
  std::map<std::string, std::string> headers;
  std::int64_t offset = 0;
};

/// Reads a topic's partition with a consumer of its own, from where its end is now.
class tail {
public:
  tail(const std::string& brokers, const std::string& topic, int partition);
  ~tail();
  tail(const tail&) = delete;
  tail& operator=(const tail&) = delete;
  /// Waits until there are `count` more, or the time is over.
  std::vector<read_message> read(std::size_t count, std::chrono::seconds patience = std::chrono::seconds{60});
  /// What else comes within half a second.
  std::vector<read_message> rest();
  std::int64_t begin() const { return begin_; }

private:
  rd_kafka_t* consumer_;
  rd_kafka_topic_t* topic_;
  int partition_;
  std::int64_t begin_ = 0;
};

/// What the log writer was asked to keep.
struct kept {
  std::mutex mutex;
  std::vector<dead_event> events;
  bool refuses = false;
  std::size_t count() {
    std::lock_guard lock{mutex};
    return events.size();
  }
};

/// A running system with a producer, and events to publish.
struct kafka_fixture {
  kafka_fixture();
  ~kafka_fixture();

  void start_producer();
  /// As the outbox relay does: the same batch until it is taken.
  std::size_t publish_until_taken(partition_id partition, const std::vector<domain_event>& events,
                                  std::chrono::seconds patience = std::chrono::seconds{120});
  caf::error publish(partition_id partition, const std::vector<domain_event>& events);
  domain_event event(const std::string& key, const std::string& data = R"({"a":1})",
                     const std::string& type = "room.created");
  bool reported(const std::string& part);
  /// A name of a topic that no earlier run has used; the topic goes with the test.
  std::string fresh(const std::string& name);

  kafka::options settings;
  std::shared_ptr<std::mutex> mutex = std::make_shared<std::mutex>();
  std::shared_ptr<std::vector<std::string>> reports = std::make_shared<std::vector<std::string>>();
  std::shared_ptr<kept> dead = std::make_shared<kept>();
  std::shared_ptr<node_probe> probe = std::make_shared<node_probe>();
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  log_writer_actor writer;
  event_log_actor producer;
  std::uint64_t made = 0;
  std::vector<std::string> own_topics;
};

} // namespace callboard::test

#include "tests/kafka/kafka_fixture.hpp"

#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "actors/core/partitioning.hpp"

namespace callboard::test {
namespace {

template <class Operations>
struct handlers;

// A log writer that keeps dead events and knows nothing else.
template <class... Operations>
struct handlers<std::variant<Operations...>> {
  static log_writer_actor::behavior_type make(std::shared_ptr<kept> dead) {
    return {[dead](Operations& operation) -> caf::result<typename Operations::result> {
      if constexpr (std::is_same_v<Operations, keep_dead_events>) {
        std::lock_guard lock{dead->mutex};
        if (dead->refuses)
          return make_failure(errc::unavailable);
        for (auto& each : operation.events)
          dead->events.push_back(each);
        return done{};
      } else {
        static_cast<void>(operation);
        return make_failure(errc::internal);
      }
    }...};
  }
};

log_writer_actor::behavior_type keeping_writer(log_writer_actor::pointer, std::shared_ptr<kept> dead) {
  return handlers<write_op>::make(std::move(dead));
}

std::uint64_t seed() {
  static std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

// What a broker answers that has not been told of a new topic or its leader yet.
bool is_without_leader(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
         code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
}

// Hundreds of partitions that nobody uses would make each restart of the broker slower.
void delete_topics(const std::string& brokers, const std::vector<std::string>& names) {
  char words[512];
  auto* configuration = rd_kafka_conf_new();
  rd_kafka_conf_set(configuration, "bootstrap.servers", brokers.c_str(), words, sizeof words);
  auto* admin = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, words, sizeof words);
  std::vector<rd_kafka_DeleteTopic_t*> unwanted;
  for (auto& name : names)
    unwanted.push_back(rd_kafka_DeleteTopic_new(name.c_str()));
  auto* answers = rd_kafka_queue_new(admin);
  rd_kafka_DeleteTopics(admin, unwanted.data(), unwanted.size(), nullptr, answers);
  if (auto* answer = rd_kafka_queue_poll(answers, 20'000))
    rd_kafka_event_destroy(answer);
  rd_kafka_DeleteTopic_destroy_array(unwanted.data(), unwanted.size());
  rd_kafka_queue_destroy(answers);
  rd_kafka_destroy(admin);
}

} // namespace

std::string test_brokers() {
  auto* brokers = std::getenv("CALLBOARD_TEST_KAFKA_BROKERS");
  if (brokers == nullptr || *brokers == '\0')
    FAIL("CALLBOARD_TEST_KAFKA_BROKERS is not set: run scripts/services start kafka, and take its address from "
         "scripts/services --for-tests environment");
  return brokers;
}

void service(const std::string& command) {
  auto line = std::string{CALLBOARD_SOURCE_DIR} + "/scripts/services " + command + " kafka > /dev/null";
  REQUIRE_MESSAGE(std::system(line.c_str()) == 0, line);
}

tail::tail(const std::string& brokers, const std::string& topic, int partition) : partition_{partition} {
  char words[512];
  auto* configuration = rd_kafka_conf_new();
  rd_kafka_conf_set(configuration, "bootstrap.servers", brokers.c_str(), words, sizeof words);
  rd_kafka_conf_set(configuration, "reconnect.backoff.max.ms", "500", words, sizeof words);
  rd_kafka_conf_set(configuration, "log_level", "0", words, sizeof words);
  consumer_ = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, words, sizeof words);
  REQUIRE(consumer_ != nullptr);
  std::int64_t low = 0;
  auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  auto code = RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
  while (is_without_leader(code) && std::chrono::steady_clock::now() < limit)
    code = rd_kafka_query_watermark_offsets(consumer_, topic.c_str(), partition, &low, &begin_, 10'000);
  REQUIRE_MESSAGE(code == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(code));
  topic_ = rd_kafka_topic_new(consumer_, topic.c_str(), nullptr);
  REQUIRE(rd_kafka_consume_start(topic_, partition, begin_) == 0);
}

tail::~tail() {
  rd_kafka_consume_stop(topic_, partition_);
  rd_kafka_topic_destroy(topic_);
  rd_kafka_destroy(consumer_);
}

std::vector<read_message> tail::read(std::size_t count, std::chrono::seconds patience) {
  std::vector<read_message> found;
  auto limit = std::chrono::steady_clock::now() + patience;
  while (found.size() < count && std::chrono::steady_clock::now() < limit) {
    auto* message = rd_kafka_consume(topic_, partition_, 100);
    if (message == nullptr)
      continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      read_message each;
      each.key.assign(static_cast<const char*>(message->key), message->key_len);
      each.value.assign(static_cast<const char*>(message->payload), message->len);
      each.offset = message->offset;
      rd_kafka_headers_t* headers = nullptr;
      rd_kafka_message_headers(message, &headers);
      const char* name = nullptr;
      const void* value = nullptr;
      std::size_t size = 0;
      for (std::size_t i = 0; headers != nullptr && rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; ++i)
        each.headers[name] = std::string(static_cast<const char*>(value), size);
      found.push_back(std::move(each));
    }
    rd_kafka_message_destroy(message);
  }
  return found;
}

std::vector<read_message> tail::rest() {
  std::vector<read_message> all;
  for (auto more = read(1, std::chrono::seconds{1}); !more.empty(); more = read(1, std::chrono::seconds{1}))
    all.push_back(std::move(more.front()));
  return all;
}

kafka_fixture::kafka_fixture() {
  settings.partition_of = [](std::string_view key, unsigned count) { return core::partition_of(key, count); };
  settings.source = "https://board.example";
  settings.probe = probe;
  settings.batch_deadline = std::chrono::seconds{60}; // a test that is about it sets its own
  settings.report = [lock = mutex, lines = reports](kafka::severity, const std::string& sentence) {
    std::lock_guard guard{*lock};
    lines->push_back(sentence);
  };
  config.set("scheduler.max-threads", std::size_t{2});
  config.set("logger.verbosity", caf::atom("quiet"));
  config.add_error_category(caf::atom("callboard"), [](std::uint8_t code, caf::atom_value, const caf::message&) {
    return to_string(static_cast<errc>(code));
  });
  system = std::make_unique<caf::actor_system>(config);
  writer = system->spawn(keeping_writer, dead);
}

kafka_fixture::~kafka_fixture() {
  if (!own_topics.empty())
    delete_topics(settings.brokers, own_topics);
  caf::anon_send_exit(producer, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(writer, caf::exit_reason::user_shutdown);
}

void kafka_fixture::start_producer() {
  if (settings.brokers.empty())
    settings.brokers = test_brokers();
  producer = system->spawn(kafka::event_producer, settings, writer);
}

caf::error kafka_fixture::publish(partition_id partition, const std::vector<domain_event>& events) {
  caf::scoped_actor self{*system};
  caf::error result;
  self->request(producer, std::chrono::seconds{120}, publish_events{partition, events})
      .receive([](done) {}, [&](caf::error& reason) { result = std::move(reason); });
  return result;
}

std::size_t kafka_fixture::publish_until_taken(partition_id partition, const std::vector<domain_event>& events,
                                               std::chrono::seconds patience) {
  auto limit = std::chrono::steady_clock::now() + patience;
  for (std::size_t tries = 1;; ++tries) {
    auto reason = publish(partition, events);
    if (!reason)
      return tries;
    REQUIRE_MESSAGE(std::chrono::steady_clock::now() < limit, context_of(reason).detail);
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

domain_event kafka_fixture::event(const std::string& key, const std::string& data, const std::string& type) {
  static std::mt19937_64 random{seed()};
  domain_event each;
  each.position = static_cast<std::int64_t>(++made);
  for (auto& byte : each.id.bytes)
    byte = static_cast<std::uint8_t>(random());
  each.type = type;
  each.topic = type.starts_with("user.") ? "callboard.users" : "callboard.rooms";
  each.key = key;
  each.data = data;
  each.created_at = timestamp{std::chrono::milliseconds{1'800'000'000'123}};
  return each;
}

bool kafka_fixture::reported(const std::string& part) {
  std::lock_guard lock{*mutex};
  for (auto& line : *reports)
    if (line.find(part) != std::string::npos)
      return true;
  return false;
}

std::string kafka_fixture::fresh(const std::string& name) {
  own_topics.push_back(name + "." + std::to_string(seed()));
  return own_topics.back();
}

} // namespace callboard::test

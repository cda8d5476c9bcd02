#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "adapters/kafka/client.hpp"
#include "adapters/kafka/options.hpp"
#include "adapters/kafka/stream_reader.hpp"
#include "messages/messages.hpp"

namespace callboard::kafka {

/// News and timers of a stream, by its number.
struct stream_news {
  std::uint64_t stream = 0;
};
struct stream_resume {
  std::uint64_t stream = 0;
};

using event_reader_actor = event_source_actor::extend<caf::reacts_to<stream_news>, caf::reacts_to<stream_resume>>;

/// Reads callboard's topics for consumers that keep their own positions: partitions are assigned by hand, there is no
/// group and nothing is committed to Kafka. Each stream (a topic's partition) has a queue of its own that is only read
/// while its consumer is free; what librdkafka reads ahead is bounded, then it asks the broker for no more. The broker
/// may go and come back; librdkafka finds it again.
struct event_reader_state {
  struct stream {
    log_consumer_actor taker;
    std::unique_ptr<stream_reader> reader;
    std::shared_ptr<log_batch> batch; // handed over, or to be handed over again
    bool busy = false;                // with the consumer, or pausing
    unsigned refusals = 0;            // of this batch
  };
  struct registration {
    log_consumer_actor taker;
    std::vector<std::uint64_t> streams;
  };
  using registration_key = std::pair<std::string, partition_id>;

  explicit event_reader_state(event_reader_actor::stateful_pointer<event_reader_state> self);
  event_reader_actor::behavior_type make_behavior(options settings);

  caf::result<done> begin(const consume_partition& wanted);
  caf::error open_stream(rd_kafka_t* consumer, const consume_partition& wanted, const std::string& topic,
                         registration& mine);
  caf::expected<rd_kafka_t*> consumer_of(const std::string& name);
  void end(const registration_key& key);
  void read(std::uint64_t number);
  void hand_over(std::uint64_t number);

  event_reader_actor::stateful_pointer<event_reader_state> self;
  options settings;
  std::map<std::string, std::unique_ptr<client>> consumers; // one of librdkafka's for each name; end after the streams
  std::map<registration_key, registration> registrations;
  std::unordered_map<std::uint64_t, stream> streams;
  std::uint64_t last_stream = 0;

  static inline const char* name = "event_reader";
};

event_reader_actor::behavior_type event_reader(event_reader_actor::stateful_pointer<event_reader_state> self,
                                               options settings);

} // namespace callboard::kafka

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::kafka::stream_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::kafka::stream_resume)

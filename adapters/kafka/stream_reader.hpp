#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <caf/expected.hpp>
#include <librdkafka/rdkafka.h>

#include "messages/events.hpp"

namespace callboard::kafka {

/// One topic's partition, read from an offset on. Reading never blocks: `news` is called, on a thread of librdkafka,
/// when there is something to read after there was nothing.
class stream_reader {
public:
  struct result {
    std::vector<domain_event> events;
    std::int64_t next = 0;   // the offset after the last message that was read
    std::size_t strange = 0; // messages that are no events; they are passed over
    std::string trouble;     // what librdkafka reports; it goes on by itself
  };

  /// Errors: `unavailable`, `bad_request` (it cannot be assigned).
  static caf::expected<std::unique_ptr<stream_reader>> open(rd_kafka_t* consumer, const std::string& topic,
                                                            partition_id partition, std::int64_t from,
                                                            std::function<void()> news);
  ~stream_reader();
  stream_reader(const stream_reader&) = delete;
  stream_reader& operator=(const stream_reader&) = delete;

  /// At most `limit` messages of those that are here already.
  result read(std::size_t limit);

private:
  stream_reader(rd_kafka_topic_t* topic, rd_kafka_queue_t* queue, partition_id partition, std::int64_t from,
                std::function<void()> news);

  rd_kafka_topic_t* topic_;
  rd_kafka_queue_t* queue_;
  partition_id partition_;
  std::int64_t next_;
  std::function<void()> news_;
};

} // namespace callboard::kafka

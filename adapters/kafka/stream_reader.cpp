#include "adapters/kafka/stream_reader.hpp"

#include <utility>

#include "adapters/kafka/client.hpp"
#include "adapters/kafka/cloud_event.hpp"
#include "messages/messages.hpp"

namespace callboard::kafka {

caf::expected<std::unique_ptr<stream_reader>> stream_reader::open(rd_kafka_t* consumer, const std::string& topic,
                                                                  partition_id partition, std::int64_t from,
                                                                  std::function<void()> news) {
  auto* handle = rd_kafka_topic_new(consumer, topic.c_str(), nullptr);
  if (handle == nullptr)
    return make_failure(errc::bad_request, "Kafka: " + topic + ": " + words_of(rd_kafka_last_error()));
  auto* queue = rd_kafka_queue_new(consumer);
  std::unique_ptr<stream_reader> reader{new stream_reader{handle, queue, partition, from, std::move(news)}};
  auto start = from > 0 ? from : RD_KAFKA_OFFSET_BEGINNING;
  if (rd_kafka_consume_start_queue(handle, number_of(partition), start, queue) != 0)
    return make_failure(errc::unavailable, "Kafka: " + topic + ": " + words_of(rd_kafka_last_error()));
  return reader;
}

stream_reader::stream_reader(rd_kafka_topic_t* topic, rd_kafka_queue_t* queue, partition_id partition,
                             std::int64_t from, std::function<void()> news)
    : topic_{topic}, queue_{queue}, partition_{partition}, next_{from}, news_{std::move(news)} {
  rd_kafka_queue_cb_event_enable(
      queue_, [](rd_kafka_t*, void* mine) { static_cast<stream_reader*>(mine)->news_(); }, this);
}

stream_reader::~stream_reader() {
  rd_kafka_queue_cb_event_enable(queue_, nullptr, nullptr);
  rd_kafka_consume_stop(topic_, number_of(partition_));
  rd_kafka_queue_destroy(queue_);
  rd_kafka_topic_destroy(topic_);
}

stream_reader::result stream_reader::read(std::size_t limit) {
  result found;
  std::vector<rd_kafka_message_t*> messages(limit);
  auto count = rd_kafka_consume_batch_queue(queue_, 0, messages.data(), limit);
  for (ssize_t i = 0; i < count; ++i) {
    auto* message = messages[static_cast<std::size_t>(i)];
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      auto* said = rd_kafka_message_errstr(message);
      found.trouble = said != nullptr ? said : words_of(message->err);
    } else {
      next_ = message->offset + 1;
      if (auto event = read_event(*message))
        found.events.push_back(std::move(*event));
      else
        ++found.strange;
    }
    rd_kafka_message_destroy(message);
  }
  found.next = next_;
  return found;
}

} // namespace callboard::kafka

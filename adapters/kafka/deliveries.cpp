#include "adapters/kafka/deliveries.hpp"

#include <array>
#include <utility>

namespace callboard::kafka {
namespace {

constexpr int poll_ms = 100;

std::vector<delivery> read_deliveries(rd_kafka_event_t* event) {
  std::vector<delivery> found;
  found.reserve(rd_kafka_event_message_count(event));
  while (auto* message = rd_kafka_event_message_next(event))
    found.push_back({reinterpret_cast<std::uintptr_t>(message->_private), message->err});
  return found;
}

} // namespace

delivery_thread::delivery_thread(rd_kafka_t* producer, listener told)
    : told_{std::move(told)}, thread_{[this, producer] { run(producer); }} {}

delivery_thread::~delivery_thread() {
  stopping_ = true;
  thread_.join();
}

void delivery_thread::run(rd_kafka_t* producer) {
  auto* queue = rd_kafka_queue_get_main(producer);
  while (!stopping_) {
    auto* event = rd_kafka_queue_poll(queue, poll_ms);
    if (event == nullptr)
      continue;
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR)
      told_.delivered(read_deliveries(event));
    std::array<char, 512> words{};
    if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR &&
        rd_kafka_fatal_error(producer, words.data(), words.size()) != RD_KAFKA_RESP_ERR_NO_ERROR)
      told_.broken(words.data());
    rd_kafka_event_destroy(event);
  }
  rd_kafka_queue_destroy(queue);
}

} // namespace callboard::kafka

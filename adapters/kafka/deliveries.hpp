#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <librdkafka/rdkafka.h>

namespace callboard::kafka {

/// What the broker said to one message.
struct delivery {
  std::uint64_t ticket = 0; // the message's opaque value
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
};

/// Waits for what a producer reports, on a thread of its own, and passes it on.
class delivery_thread {
public:
  struct listener {
    std::function<void(std::vector<delivery>)> delivered;
    std::function<void(std::string words)> broken; // the producer cannot go on and must be made anew
  };

  delivery_thread(rd_kafka_t* producer, listener told);
  /// Ends the thread; reports that come later are not passed on.
  ~delivery_thread();
  delivery_thread(const delivery_thread&) = delete;
  delivery_thread& operator=(const delivery_thread&) = delete;

private:
  void run(rd_kafka_t* producer);

  listener told_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace callboard::kafka

#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include <caf/expected.hpp>
#include <librdkafka/rdkafka.h>

#include "adapters/kafka/options.hpp"

namespace callboard::kafka {

using properties = std::initializer_list<std::pair<const char*, std::string>>;

/// A handle of librdkafka, with threads of its own. Its log goes to `options.report`.
class client {
public:
  /// Errors: `internal` with librdkafka's own words; nothing is asked of the broker yet.
  static caf::expected<std::unique_ptr<client>> make(rd_kafka_type_t type, const options& settings, properties values);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  rd_kafka_t* get() const { return handle_; }

private:
  struct reporter;

  client(rd_kafka_t* handle, std::shared_ptr<reporter> reports, const options& settings);

  rd_kafka_t* handle_;
  std::shared_ptr<reporter> reports_; // lives as long as a thread of librdkafka may call it
  std::chrono::milliseconds close_deadline_;
  std::function<void()> stuck_;
};

/// librdkafka's words for a code.
std::string words_of(rd_kafka_resp_err_t code);

} // namespace callboard::kafka

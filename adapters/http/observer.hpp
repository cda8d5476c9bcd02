#pragma once

#include <chrono>
#include <string_view>

#include "adapters/http/method.hpp"
#include "messages/ids.hpp"

namespace callboard::http {

/// Told of every answered request; thread-safe. `pattern` is the route's, "(file)" for files, "(none)" for no route.
class http_observer {
public:
  virtual ~http_observer() = default;
  virtual void on_request(method verb, std::string_view pattern, unsigned status, double seconds) = 0;
};

/// One answered request. No field holds a token, a body or a query; none can break a line.
struct request_record {
  http::method method = http::method::other;
  std::string_view pattern;
  unsigned status = 0;
  std::chrono::microseconds duration{0};
  std::string_view request_id;
  user_id user{}; // 0: not authenticated
  std::string_view address;
};

enum class severity : std::uint8_t { debug, info, warning, error };

/// Where the edge's log lines go; thread-safe.
class logger {
public:
  virtual ~logger() = default;
  virtual void on_request(const request_record& record) = 0;
  /// Something else worth a line: `text` is neutralised already, `request_id` may be empty.
  virtual void on_event(severity level, std::string_view text, std::string_view request_id) = 0;
};

} // namespace callboard::http

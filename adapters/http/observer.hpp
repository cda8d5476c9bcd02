#pragma once

#include <chrono>
#include <string_view>

#include "adapters/http/method.hpp"
#include "messages/ids.hpp"

namespace callboard::http {

/// One answered request. `pattern` is the route's, "(file)" for files, "(none)" for no route. No field holds a token, a
/// body or a query; none can break a line.
struct request_record {
  http::method method = http::method::other;
  std::string_view pattern;
  unsigned status = 0;
  std::chrono::microseconds duration{0};
  std::string_view request_id;
  std::string_view trace_id; // empty: the request is in no trace
  user_id user{};            // 0: not authenticated
  std::string_view address;
};

/// The request that a line is about, or none: the ids are empty then. A request need not be in a trace.
struct line_subject {
  std::string_view request_id;
  std::string_view trace_id;
};

enum class severity : std::uint8_t { debug, info, warning, error };

/// Where the edge's log lines go; thread-safe.
class logger {
public:
  virtual ~logger() = default;
  virtual void on_request(const request_record& record) = 0;
  /// Something else worth a line: `text` is neutralised already.
  virtual void on_event(severity level, std::string_view text, const line_subject& about) = 0;
};

} // namespace callboard::http

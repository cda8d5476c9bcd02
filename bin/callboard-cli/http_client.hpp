#pragma once

#include "bin/callboard-cli/network.hpp"

#include <optional>
#include <string>

namespace callboard::cli {

/// One request of the REST interface.
struct http_request {
  std::string method;
  std::string target;          ///< path and query, without the server's base path
  std::string body;            ///< JSON, or empty for none
  std::string bearer;          ///< access token, or empty
  std::string idempotency_key; ///< or empty
};

/// What the server answered.
struct http_response {
  unsigned status = 0;
  std::string body;
  std::optional<std::chrono::seconds> retry_after; ///< Retry-After (RFC 9110, section 10.2.3), if in seconds
};

/// Sends `request` over a connection of its own. Answers past 8 MiB and answers after `request_deadline` are failures;
/// an answer with an error status is a value.
asio::awaitable<result<http_response>> exchange(network& net, http_request request);

} // namespace callboard::cli

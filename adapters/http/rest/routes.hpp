#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "adapters/http/router.hpp"
#include "messages/writes.hpp"

namespace callboard::http::rest {

/// What the routes need beyond the node's services.
struct rest_options {
  std::string public_url;                     // "https://..." makes the session cookie Secure
  std::function<std::string()> jwks;          // the key set of /.well-known/jwks.json, as it is at present
  std::function<std::string()> metrics;       // the text of /metrics
  std::function<bool()> ready;                // whether the edge takes requests
  std::vector<std::string> admin_networks;    // from where /metrics may be read, besides loopback
  std::function<void()> on_bad_registration;  // a body that is no registration was refused; may be empty
  log_writer_actor writer;                    // of changes to one's own profile
  std::uint32_t full_name_length = 100;       // code points
  std::chrono::milliseconds deadline{10'000}; // of every answer that a handler waits for
};

/// Adds every route of protocol.md section 2 that is offered. The error is one sentence for the operator: a network
/// that is none.
caf::error add_routes(router& routes, rest_options options);

} // namespace callboard::http::rest

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/http/rest/admin_networks.hpp"
#include "adapters/http/router.hpp"
#include "messages/writes.hpp"

namespace callboard::http::rest {

/// What may be wrong with a wish to change how much is logged.
enum class log_level_error : std::uint8_t { none, level, component };

/// What the routes need beyond the node's services.
struct rest_options {
  std::string public_url;               // "https://..." makes the session cookie Secure
  std::function<std::string()> jwks;    // the key set of /.well-known/jwks.json, as it is at present
  std::function<std::string()> metrics; // the text of /metrics
  std::function<std::string()> cluster; // the JSON of /admin/cluster
  std::function<std::vector<std::pair<std::string, std::string>>()> log_levels; // of the components of the log
  /// Sets the level of a component; an empty one means all.
  std::function<log_level_error(const std::string& component, const std::string& level)> set_log_level;
  std::function<bool()> ready;                // whether the edge takes requests
  admin_networks operators;                   // from where /metrics may be read and /admin/ can be seen
  std::function<void()> on_bad_registration;  // a body that is no registration was refused; may be empty
  log_writer_actor writer;                    // of changes to one's own profile
  std::uint32_t full_name_length = 100;       // code points
  std::chrono::milliseconds deadline{10'000}; // of every answer that a handler waits for
};

/// Adds every route of protocol.md section 2 that is offered.
void add_routes(router& routes, rest_options options);

} // namespace callboard::http::rest

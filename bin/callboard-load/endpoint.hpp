#pragma once

#include "bin/callboard-load/outcome.hpp"

#include <netinet/in.h>
#include <string>
#include <string_view>

namespace callboard::load {

/// Where a WebSocket server listens.
struct endpoint {
  std::string host;   ///< with the port, as in the Host header
  std::string target; ///< path and query, at least "/"
  sockaddr_in address{};
  bool loopback = false;
};

/// Reads `ws://host[:port][/path]` and resolves the host (IPv4). Failures are usage, or unreachable for an unknown
/// host.
outcome<endpoint> resolve(std::string_view url);

/// Whether the host of an `http://` address is this machine. False also for an address that is none.
bool is_loopback_http(std::string_view url);

} // namespace callboard::load

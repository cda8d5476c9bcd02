#pragma once

#include "bin/callboard-load/outcome.hpp"
#include "bin/callboard-load/tls_link.hpp"

#include <memory>
#include <netinet/in.h>
#include <string>
#include <string_view>

namespace callboard::load {

/// Where a WebSocket server listens.
struct endpoint {
  std::string name;   ///< of the host, as a certificate has it
  std::string host;   ///< with the port, as in the Host header
  std::string target; ///< path and query, at least "/"
  sockaddr_in address{};
  bool loopback = false;
  bool secure = false;             ///< wss
  std::shared_ptr<ssl_ctx_st> tls; ///< what to speak it with; to be set if it is secure
};

/// Reads `ws://host[:port][/path]` or `wss://...` and resolves the host (IPv4). Failures are usage, or unreachable for
/// an unknown host.
outcome<endpoint> resolve(std::string_view url);

/// Whether the host of an `http://` or `https://` address is this machine. False also for an address that is none.
bool is_loopback_http(std::string_view url);

} // namespace callboard::load

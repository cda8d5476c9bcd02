#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "adapters/http/client_address.hpp"
#include "adapters/http/command_decoder.hpp"
#include "adapters/http/connection_limits.hpp"
#include "adapters/http/observer.hpp"
#include "adapters/http/options.hpp"
#include "adapters/http/origin_rules.hpp"
#include "adapters/http/router.hpp"
#include "adapters/http/static_files.hpp"
#include "messages/wiring.hpp"

namespace callboard::http {

/// How long the parts of a drain may take, as shares of the time for all of it.
struct drain_times {
  explicit drain_times(std::chrono::milliseconds whole) : limit{whole}, idle_grace{whole / 10}, spread{whole / 4} {}

  std::chrono::milliseconds limit;
  std::chrono::milliseconds idle_grace; // how long a connection without a request is kept for one
  std::chrono::milliseconds spread;     // over how long WebSockets are closed, at most
};

/// What all I/O threads share: set before they run, constant while they do, but for the counts and flags.
struct edge_state {
  edge_state(edge_options given, router all_routes)
      : options{std::move(given)}, routes{std::move(all_routes)},
        origins{options.allowed_origins, options.certificate != nullptr}, limits{options.max_connections,
                                                                                 options.max_connections_per_address},
        transports{options.max_connections, options.max_connections_per_address},
        handshakes{options.max_connections, options.max_handshakes_per_address} {}

  edge_options options;
  router routes;
  node_services services;
  std::shared_ptr<const command_decoder> decoder;
  std::shared_ptr<logger> log; // may be null
  origin_rules origins;
  address_rules addresses;
  static_files files;
  connection_limits limits;
  connection_limits transports; // sockets that speak TLS, from the first byte until the last one has been handed over
  connection_limits handshakes; // those of them that have not agreed on keys yet
  std::shared_ptr<std::atomic<bool>> ready = std::make_shared<std::atomic<bool>>(false);
  drain_times drain_within{std::chrono::milliseconds::zero()}; // set before `draining`
  std::atomic<bool> draining{false};
};

} // namespace callboard::http

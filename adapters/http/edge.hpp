#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include "adapters/http/command_decoder.hpp"
#include "adapters/http/observer.hpp"
#include "adapters/http/options.hpp"
#include "adapters/http/router.hpp"
#include "messages/wiring.hpp"

namespace callboard::http {

/// Figures of the edge at this moment, or since its start.
struct edge_gauges {
  std::uint64_t http_connections = 0;
  std::uint64_t websocket_connections = 0;
  std::uint64_t outgoing_bytes = 0; // queued for WebSockets
  std::uint64_t slow_closed = 0;    // since start
  std::uint64_t frames_in = 0;      // since start
  std::uint64_t frames_out = 0;     // since start: shared buffers handed to sockets
  std::uint64_t writes = 0;         // since start: system calls that carried them
};

/// HTTP and WebSocket server of a node. Order: construct, let sessions use `outlet()`, `start`, `drain`, `stop`.
class edge {
public:
  /// The `routes` must be complete. `observer` and `log` may be null.
  edge(caf::actor_system& system, edge_options options, router routes, std::shared_ptr<const command_decoder> decoder,
       std::shared_ptr<http_observer> observer, std::shared_ptr<logger> log);
  ~edge(); // stops
  edge(const edge&) = delete;
  edge& operator=(const edge&) = delete;

  /// The way out for actors. Exists from construction to destruction, and does nothing while the edge does not run.
  std::shared_ptr<callboard::outlet> outlet() const;

  /// Binds and serves. The error is one sentence for the operator: address not usable, port taken, web_dir not
  /// readable, ...
  caf::error start(node_services services);

  /// The port that is bound; 0 before `start`.
  std::uint16_t port() const;

  /// Whether requests are welcome: true after `start`, false from `drain` on. For `/readyz`.
  std::shared_ptr<const std::atomic<bool>> readiness() const;

  /// Ends in order: readiness off; new requests get 503 and `Connection: close`; running ones end; sessions get
  /// `shut_down` and close their sockets with 3001 behind what is queued; then the listener closes. Waits, at most
  /// until `limit` from now, for the last connection to go. A second call returns at once.
  void drain(std::chrono::milliseconds limit);

  /// Ends whatever is left and joins the threads. Safe to call twice.
  void stop();

  edge_gauges gauges() const;

private:
  class implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace callboard::http

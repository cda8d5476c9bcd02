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
#include "adapters/http/request_figures.hpp"
#include "adapters/http/router.hpp"
#include "messages/wiring.hpp"

namespace callboard::http {

/// Figures of the edge at this moment, or since its start.
struct edge_gauges {
  std::uint64_t http_connections = 0;
  std::uint64_t websocket_connections = 0;
  std::uint64_t outgoing_bytes = 0;    // queued for WebSockets
  std::uint64_t slow_closed = 0;       // since start
  std::uint64_t frames_in = 0;         // since start
  std::uint64_t frames_out = 0;        // since start: shared buffers handed to sockets
  std::uint64_t writes = 0;            // since start: system calls that carried them
  std::vector<route_figures> requests; // since start, in the order of method and pattern
};

/// HTTP and WebSocket server of a node. Order: construct, let sessions use `outlet()`, `start`, `drain`, `stop`.
class edge {
public:
  /// The `routes` must be complete. `log` may be null.
  edge(caf::actor_system& system, edge_options options, router routes, std::shared_ptr<const command_decoder> decoder,
       std::shared_ptr<logger> log);
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

  /// Readiness off; everything is served as before.
  void withdraw();

  /// Ends in order, so that no request is cut: readiness off; running requests end, new ones get 503 and
  /// `Connection: close`, idle connections are kept for a while for their next one; WebSockets, one after the other,
  /// get what they have asked for, then `shut_down`, upon which their sessions close them with 3001. When all who were
  /// there have gone, no more handshakes are begun, the queue of the listener is emptied and served, and it closes.
  /// Answers how many connections were left after `limit`, which is enough for all of it. A second call returns 0 at
  /// once.
  std::size_t drain(std::chrono::milliseconds limit);

  /// Whether every I/O thread takes up work within the time. From any thread but these.
  bool responds(std::chrono::milliseconds limit);

  /// Ends whatever is left and joins the threads. Safe to call twice.
  void stop();

  edge_gauges gauges() const;

private:
  class implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace callboard::http

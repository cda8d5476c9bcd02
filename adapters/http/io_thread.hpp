#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_set>
#include <vector>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/http/ask.hpp"
#include "adapters/http/authenticator.hpp"
#include "adapters/http/edge_counters.hpp"
#include "adapters/http/edge_state.hpp"
#include "adapters/http/outlet_queue.hpp"
#include "adapters/http/request_figures.hpp"
#include "adapters/http/websocket_hub.hpp"

namespace callboard::http {

class http_connection;
class tls_connection;

/// What an HTTP connection and a WebSocket speak through: a client's socket or, with TLS, one end of a pair whose other
/// end a `tls_connection` serves. Nobody asks it for its peer's address.
using stream_socket = boost::asio::generic::stream_protocol::socket;

/// One I/O thread: an event loop with the HTTP connections and WebSockets dealt to it. Everything but `start`, `post`,
/// `join`, the counters and the figures is used by its own thread alone.
class io_thread : public std::enable_shared_from_this<io_thread> {
public:
  io_thread(std::uint16_t index, std::shared_ptr<boost::asio::io_context> io, std::shared_ptr<edge_state> state,
            std::shared_ptr<outlet_queue> outlet, caf::actor_system& system);
  ~io_thread();

  void start();
  /// Runs a function on the thread.
  void post(std::function<void(io_thread&)> work);

  /// Carries out what has gathered in the outlet's queue, and what comes while it does.
  void drain_outlet();

  /// Takes a new connection; `peer` is its address.
  void accept(stream_socket socket, const boost::asio::ip::address& peer, connection_ticket ticket);
  /// Takes one whose client is to speak TLS. `transport` is its place among the clients' sockets, `handshake` that
  /// among the handshakes under way.
  void accept_secure(boost::asio::ip::tcp::socket socket, const boost::asio::ip::address& peer,
                     connection_ticket transport, connection_ticket handshake);
  /// Moves a socket whose handshake is done to the WebSockets.
  void adopt(stream_socket socket, client_origin origin, std::string received, connection_ticket ticket);

  /// Begins to drain: idle HTTP connections get little time, sessions are told to shut down one after the other.
  void begin_drain();
  /// Ends what waits for a client: requests that have not come whole get 408, WebSockets are closed with 3001.
  void end_waiting();
  /// Ends everything; the loop then runs out of work. What still waits for an actor is dropped.
  void abandon();
  void join();

  boost::asio::io_context& io() { return *io_; }
  edge_state& state() { return *state_; }
  const request_environment& environment() const { return environment_; }
  websocket_hub& hub() { return hub_; }
  const edge_counters& counters() const { return counters_; }
  request_figures& requests() { return requests_; }
  tick now() const { return now_; }

  void add(http_connection& connection);
  void remove(http_connection& connection);
  void add(tls_connection& connection) { secure_.insert(&connection); }
  void remove(tls_connection& connection) { secure_.erase(&connection); }

private:
  void take_outlet();
  void watch_websockets();
  void schedule_sweep();
  void sweep();
  void shut_down_sessions();

  std::shared_ptr<boost::asio::io_context> io_;
  std::shared_ptr<edge_state> state_;
  std::shared_ptr<outlet_queue> outlet_;
  caf::actor_system& system_;
  edge_counters counters_;
  request_figures requests_;
  actor_bridge bridge_;
  http::authenticator authenticator_;
  request_environment environment_;
  websocket_hub hub_;
  boost::asio::posix::stream_descriptor readiness_;
  boost::asio::steady_timer sweep_timer_;
  boost::asio::steady_timer spread_timer_;
  std::unordered_set<http_connection*> connections_;
  std::unordered_set<tls_connection*> secure_;
  std::vector<outlet_item> items_;
  std::thread thread_;
  tick now_ = 0;
  bool ended_ = false;
  bool joined_ = false;
};

} // namespace callboard::http

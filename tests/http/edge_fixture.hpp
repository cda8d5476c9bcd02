#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "adapters/http/edge.hpp"
#include "messages/messages.hpp"
#include "tests/http/socket_client.hpp"

namespace callboard::http::test {

/// What happened at the node's side of the edge.
struct node_log {
  std::mutex mutex;
  std::vector<std::string> commands;       // texts, in order of arrival
  std::vector<connection_ref> connections; // as sessions were made
  std::vector<std::uint64_t> drained;      // tokens
  std::vector<client_origin> origins;
  std::atomic<unsigned> closed{0};     // connection_closed messages
  std::atomic<unsigned> shut_down{0};  // shut_down messages
  std::atomic<unsigned> identified{0}; // requests to the auth actor
  std::atomic<bool> auth_fails{false};
  std::atomic<bool> ignores_shut_down{false};
  std::vector<std::string> refused; // what the auth actor heard of
  std::vector<std::string> lines;   // method, pattern, status, user of each answered request

  template <class F>
  auto with(F f) {
    std::lock_guard lock{mutex};
    return f(*this);
  }
};

/// A session list that tests can change.
struct revoked_sessions final : revocation_list {
  void revoke(callboard::session_id session, timestamp until) override;
  bool is_revoked(const callboard::session_id& session) const override;
  mutable std::mutex mutex;
  std::vector<callboard::session_id> sessions;
};

/// An edge on a free port of 127.0.0.1 before sessions and an auth actor that are played.
///
/// A frame's lines are commands; `{}` is a pong, `violation` breaks the protocol. A session answers `connect` by
/// becoming authenticated for an hour (`connect-for MS`: that long), `echo X` with X, `quiet` with an answer without
/// bytes, `send` not at all and without being owed one, `close N` by closing with that code; anything else stays
/// unanswered.
struct edge_fixture {
  explicit edge_fixture(edge_options options = small_options(), std::function<void(router&)> more_routes = {});
  ~edge_fixture();

  static edge_options small_options();
  /// With TLS if the edge speaks it.
  socket_client connect(int receive_buffer = 0) const;
  /// A client whose handshake is done and whose session is authenticated.
  socket_client connect_websocket(int receive_buffer = 0) const;
  /// The latest connection's reference.
  connection_ref latest();
  static shared_bytes text(std::string_view payload);

  caf::actor_system_config config;
  caf::actor_system system;
  std::shared_ptr<node_log> log = std::make_shared<node_log>();
  std::shared_ptr<revoked_sessions> revoked = std::make_shared<revoked_sessions>();
  bool is_secure = false;
  edge server;
};

/// A certificate of one's own, made once with openssl in a temporary folder. Also turns SIGPIPE off: OpenSSL writes to
/// sockets that are gone.
std::shared_ptr<tls::server_certificate> test_certificate();

/// Whether this run is to put every edge behind TLS (the variable EDGE_OVER_TLS).
bool over_tls();

std::shared_ptr<const command_decoder> make_decoder();

/// Waits for a condition; false if it does not come.
bool eventually(const std::function<bool()>& condition);

/// A GET of a path, with further headers, each ending with CRLF.
std::string get(std::string_view path, std::string_view headers = {});
/// A POST with a JSON body.
std::string post(std::string_view path, std::string_view body, std::string_view headers = {});

} // namespace callboard::http::test

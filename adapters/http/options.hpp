#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "adapters/tls/server_certificate.hpp"

namespace callboard::http {

/// What can be set about the edge. The defaults are the product's; counts of 0 are "off" where it says so.
struct edge_options {
  std::string address = "127.0.0.1"; // a numeric address to listen on
  std::uint16_t port = 8080;         // 0: any free one, see `edge::port`
  unsigned threads = 0;              // 0: max(2, cores)

  std::shared_ptr<tls::server_certificate> certificate; // loaded; null: no TLS
  std::chrono::milliseconds handshake_timeout{10'000};  // all of a TLS handshake
  std::size_t max_handshakes_per_address = 256;         // under way at once; 0 = off

  std::size_t max_connections = 100'000;           // of both kinds
  std::size_t max_connections_per_address = 1'000; // 0 = off; IPv6 counts by /64
  std::size_t max_header_bytes = 8 * 1024;         // request line and fields
  std::size_t max_requests_per_connection = 10'000;
  std::chrono::milliseconds header_timeout{10'000}; // from the first byte of a request to the end of its header
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds write_timeout{30'000};
  std::chrono::milliseconds idle_timeout{60'000}; // keep-alive without a request

  // A verified token is taken without asking the store for so long. Below the shortest life of an access token, for
  // which an ended session is remembered.
  std::chrono::milliseconds token_memory{30'000};

  std::vector<std::string> trusted_proxies; // addresses or networks ("10.0.0.0/8") whose X-Forwarded-For counts
  std::vector<std::string> allowed_origins; // besides the own host: "https://chat.example.com"
  std::string socket_source;                // where pages may open WebSockets besides their own server: wss://host
  bool strict_transport = false;            // clients reach us by TLS: tell browsers to insist on it
  std::string web_dir;                      // the web client's files; empty: none are served
  std::size_t max_web_bytes = 64u << 20;    // all files together, held in memory

  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds pong_timeout{10'000};
  std::chrono::milliseconds connect_timeout{10'000}; // until the first command; twice that until it is authenticated
  std::chrono::milliseconds close_timeout{2'000};    // for the peer's half of a closing handshake
  std::chrono::milliseconds page_timeout{30'000};    // of a backlog that makes no progress at all
  std::size_t max_outgoing_bytes = 1u << 20;         // per connection, pages of a backlog not counted
  std::size_t max_outlet_bytes = 256u << 20;         // between the actors and one I/O thread
  std::size_t max_frame_bytes = 64 * 1024;
  std::size_t max_commands_per_frame = 64;
  std::size_t max_unanswered_commands = 512; // per connection; past it the socket is not read until answers came
  int socket_send_buffer = 0;                // bytes of SO_SNDBUF of a WebSocket; 0: the system's own
};

} // namespace callboard::http

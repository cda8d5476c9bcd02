#pragma once

#include <cstdint>
#include <limits>

#include "adapters/http/connection_limits.hpp"
#include "adapters/http/send_queue.hpp"
#include "adapters/websocket/decoder.hpp"
#include "messages/users.hpp"

namespace callboard::http {

/// Milliseconds of the I/O thread's steady clock.
using tick = std::int64_t;
inline constexpr tick never = std::numeric_limits<tick>::max();

enum class connection_phase : std::uint8_t {
  free,    // the place is not taken
  open,    // frames go both ways
  closing, // our close frame is queued or sent; the peer's is awaited
  leaving, // the peer has closed; the last bytes go out, then the socket ends
};

/// A WebSocket connection's place in its I/O thread. Kept small: there are tens of thousands, and most are idle.
struct websocket_connection {
  websocket::decoder decoder = websocket::decoder{};
  session_actor session; // null once it has been told that the connection is gone
  send_queue queue;
  connection_ticket ticket;
  tick deadline = never;       // of the phase: first command, authentication, pong, or the peer's close frame
  tick next_ping = never;      // begins with authentication
  tick last_progress = 0;      // when bytes last left, or the queue was last empty
  std::int64_t expires_at = 0; // milliseconds of the system clock; 0: not authenticated yet
  int socket = -1;
  std::uint32_t generation = 0;
  std::uint32_t unanswered = 0;
  connection_phase phase = connection_phase::free;
  bool reads = true;           // whether the socket is watched for bytes
  bool waits_to_write = false; // whether it is watched for room
  bool dirty = false;          // in the list of connections to flush
  bool spoke = false;          // has sent a command
  bool awaits_pong = false;
  bool is_ending = false; // takes no more commands; its session is told once those before are answered
};

} // namespace callboard::http

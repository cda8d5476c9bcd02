#pragma once

#include "bin/callboard-cli/network.hpp"

#include <memory>
#include <string>

namespace callboard::cli {

/// One WebSocket connection (RFC 6455) of text messages. One send and one receive may be under way at a time.
class websocket_connection {
public:
  virtual ~websocket_connection() = default;

  /// Sends one text message, within `request_deadline`.
  virtual asio::awaitable<result<void>> send(std::string text) = 0;

  /// Waits, without a deadline of its own, for the next message of at most 4 MiB.
  virtual asio::awaitable<result<std::string>> receive() = 0;

  /// Says goodbye, within one second; errors do not matter any more.
  virtual asio::awaitable<void> close() = 0;

  /// The code of the server's close frame, 0 if there was none.
  virtual unsigned close_code() const = 0;
};

/// Opens a connection to `path` of the server, within `request_deadline`.
asio::awaitable<result<std::unique_ptr<websocket_connection>>> open_websocket(network& net, std::string path);

} // namespace callboard::cli

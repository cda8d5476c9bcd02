#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_st;

namespace callboard::http::test {

/// How long a test waits for something that must come.
inline constexpr std::chrono::seconds patience{60};

/// An HTTP answer as a client reads it.
struct answer {
  unsigned status = 0;
  std::string head; // with the status line
  std::string body;
  /// The value of a header, or an empty text.
  std::string header(std::string_view name) const;
};

/// A frame from the server.
struct frame {
  unsigned opcode = 0;
  std::string payload;
  /// Of a close frame: 1005 without a code.
  std::uint16_t close_code() const;
};

/// A blocking socket, after `secure` with TLS; every wait ends after `patience`.
class socket_client {
public:
  explicit socket_client(std::uint16_t port, int receive_buffer = 0);
  ~socket_client();
  socket_client(socket_client&& other) noexcept;
  socket_client& operator=(socket_client&&) = delete;

  /// Shakes hands as a client that believes every certificate. False: the server did not want to.
  bool secure();
  /// Says that no more will be said; what comes back can still be read.
  void finish();
  /// Whether the server has announced its end by close_notify. To be asked after `is_ended`.
  bool was_notified() const;

  bool send(std::string_view bytes);
  /// One answer; `status` 0 if the connection ended first. `head_request`: no body is expected.
  answer read_answer(bool head_request = false);
  answer ask(std::string_view request) {
    send(request);
    return read_answer();
  }
  /// Whether the server ends the connection (what comes before it is dropped).
  bool is_ended();

  /// A WebSocket handshake; the answer's status.
  unsigned upgrade(std::string_view path = "/connection/websocket", std::string_view more_headers = {});
  bool send_text(std::string_view payload) { return send(make_frame(1, payload)); }
  /// The next frame, or nothing if the connection ended.
  std::optional<frame> read_frame();
  /// The payload of the next text frame that is no ping, or an empty text.
  std::string read_text();
  /// Reads until a close frame: its code; 0 if the connection ended without one.
  std::uint16_t read_close();

  static std::string make_frame(unsigned opcode, std::string_view payload);
  int descriptor() const { return socket_; }
  void close();
  /// Ends with a reset instead of a clean end.
  void reset();

private:
  bool fill();
  /// As `recv`: what came, 0 at the end, below 0 with errno.
  long receive(char* into, std::size_t size);
  int socket_ = -1;
  std::shared_ptr<ssl_st> tls_;
  std::string buffer_;
};

} // namespace callboard::http::test

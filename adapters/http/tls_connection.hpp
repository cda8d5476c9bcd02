#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "adapters/http/io_thread.hpp"

struct ssl_st;

namespace callboard::http {

/// A client's socket that speaks TLS. After the handshake it carries bytes both ways between the client and one end of
/// a pair of sockets; the other end is served like a connection without TLS, first as HTTP, then perhaps as a
/// WebSocket.
///
/// In each direction at most one record waits here: who does not take it is not read from, so that a slow client is
/// seen as slow by whoever writes to it. An end of one side is an end for the other: close_notify, or the end of the
/// socket, becomes the end of the pair's direction; the end of the pair becomes close_notify once everything has left.
class tls_connection : public std::enable_shared_from_this<tls_connection> {
public:
  tls_connection(std::shared_ptr<io_thread> thread, boost::asio::ip::tcp::socket client, boost::asio::ip::address peer,
                 connection_ticket transport, connection_ticket handshake);
  ~tls_connection();

  void start();

  /// Ends a handshake, a write or a farewell that takes too long.
  void check_deadline(tick now);
  /// While draining: little time is left for a handshake.
  void hurry_handshake();
  /// Ends both sides at once.
  void end();

private:
  enum class phase : std::uint8_t { handshake, open, farewell, lingering, ended };
  enum wait : std::uint8_t { client_read = 1, client_write = 2, server_read = 4, server_write = 8 };
  struct session_deleter {
    void operator()(ssl_st* session) const;
  };

  /// Does whatever can be done without waiting, then waits for what it lacks.
  void advance();
  void arm();
  template <class Socket>
  void await(Socket& socket, bool reading, wait which);

  void shake_hands();
  void refuse_handshake();
  void hand_over();
  void forward_input();
  void forward_output();
  bool deliver(const char* bytes, std::size_t size);
  bool encrypt(const char* bytes, std::size_t size);
  /// What to wait for after an operation of TLS. False: it has failed.
  bool wants(int result);
  void end_input();
  void say_farewell();
  void begin_lingering();
  void linger();
  void set_deadline(std::chrono::milliseconds time) { deadline_ = thread_->now() + time.count(); }

  std::shared_ptr<io_thread> thread_;
  boost::asio::ip::tcp::socket client_;
  boost::asio::local::stream_protocol::socket server_; // our end of the pair
  boost::asio::ip::address peer_;
  connection_ticket transport_;
  connection_ticket handshake_;
  std::unique_ptr<ssl_st, session_deleter> session_;
  std::string input_;  // decrypted, not taken by the server yet
  std::string output_; // from the server, not taken by TLS yet
  tick deadline_ = never;
  std::size_t lingered_ = 0; // bytes dropped
  phase phase_ = phase::handshake;
  std::uint8_t wanted_ = 0;
  std::uint8_t waiting_ = 0;
  bool input_ended_ = false;
  bool again_ = false; // there is more to do than one turn may take
};

} // namespace callboard::http

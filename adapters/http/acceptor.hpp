#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/http/edge_state.hpp"
#include "adapters/http/io_thread.hpp"

namespace callboard::http {

/// Listens, and deals new connections to the I/O threads in turn: unlike sockets that share a port, this spreads few
/// connections evenly too. Runs on the first I/O thread.
class acceptor : public std::enable_shared_from_this<acceptor> {
public:
  acceptor(std::shared_ptr<edge_state> state, std::vector<std::shared_ptr<io_thread>> threads);

  /// Binds and listens; the error is a sentence. To be called before the threads run.
  caf::error listen();
  std::uint16_t port() const { return port_; }

  /// Begins to accept.
  void start();

  // On the first I/O thread.

  /// Begins no more handshakes; those under way still end, and are accepted. A client that asks for one hears nothing,
  /// asks again after a second, and is then refused by the closed port or served by the server that took it over.
  void turn_back();
  /// Accepts whoever has waited, then closes. Nobody is reset who was let in by the system.
  void finish();
  void close();

private:
  enum class outcome : std::uint8_t { accepted, none_waits, exhausted, closed };

  void wait();
  void pause();
  outcome accept_one();
  void accept_secure(io_thread& thread, boost::asio::ip::tcp::socket socket, const boost::asio::ip::address& address,
                     const std::string& key);
  void turn_away(boost::asio::ip::tcp::socket socket);

  std::shared_ptr<edge_state> state_;
  std::vector<std::shared_ptr<io_thread>> threads_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::size_t next_ = 0;
  std::uint16_t port_ = 0;
};

} // namespace callboard::http

#include "adapters/http/acceptor.hpp"

#include <chrono>

#include <sys/socket.h>

#include "adapters/http/problem.hpp"
#include "adapters/http/response_head.hpp"
#include "messages/errors.hpp"

namespace callboard::http {
namespace {

namespace asio = boost::asio;

constexpr int waiting_connections = 4096; // the system's own bound (somaxconn) applies too
constexpr unsigned most_at_once = 128;
constexpr std::chrono::milliseconds pause_when_exhausted{100};

caf::error refuse(const std::string& what, const boost::system::error_code& error) {
  return make_failure(errc::unavailable, what + ": " + error.message());
}

} // namespace

acceptor::acceptor(std::shared_ptr<edge_state> state, std::vector<std::shared_ptr<io_thread>> threads)
    : state_{std::move(state)}, threads_{std::move(threads)}, acceptor_{threads_.front()->io()},
      pause_{threads_.front()->io()} {}

caf::error acceptor::listen() {
  const auto& options = state_->options;
  boost::system::error_code error;
  auto address = asio::ip::make_address(options.address, error);
  if (error)
    return make_failure(errc::bad_request, "'" + options.address + "' is not a numeric address to listen on");
  auto where = options.address + " port " + std::to_string(options.port);
  asio::ip::tcp::endpoint endpoint{address, options.port};
  acceptor_.open(endpoint.protocol(), error);
  if (error)
    return refuse("cannot open a socket for " + where, error);
  acceptor_.set_option(asio::socket_base::reuse_address{true}, error);
  acceptor_.bind(endpoint, error);
  if (error)
    return refuse("cannot listen on " + where, error);
  acceptor_.listen(waiting_connections, error);
  if (!error)
    acceptor_.non_blocking(true, error);
  if (!error)
    port_ = acceptor_.local_endpoint(error).port();
  return error ? refuse("cannot listen on " + where, error) : caf::error{};
}

void acceptor::start() {
  wait();
}

void acceptor::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void acceptor::wait() {
  acceptor_.async_wait(asio::socket_base::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (error)
      return;
    for (unsigned i = 0; i < most_at_once; ++i)
      if (!self->accept_one())
        return;
    self->wait();
  });
}

/// False: not for now; another wait has been arranged unless the acceptor is closed.
bool acceptor::accept_one() {
  auto& thread = *threads_[next_ % threads_.size()];
  boost::system::error_code error;
  asio::ip::tcp::endpoint peer;
  auto socket = acceptor_.accept(thread.io(), peer, error);
  if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
    return false;
  if (error == asio::error::would_block || error == asio::error::connection_aborted) {
    wait();
    return false;
  }
  if (error) {
    // Out of descriptors or memory: what is there must end first.
    if (state_->log)
      state_->log->on_event(severity::warning, "cannot accept a connection: " + error.message(), {});
    pause_.expires_after(pause_when_exhausted);
    pause_.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
      if (!cancelled)
        self->wait();
    });
    return false;
  }
  auto address = peer.address();
  auto key = state_->addresses.is_trusted(address) ? std::string{} : address_key(address);
  if (state_->options.certificate) {
    accept_secure(thread, std::move(socket), address, key);
    return true;
  }
  auto ticket = state_->limits.admit(key);
  if (!ticket) {
    turn_away(std::move(socket));
    return true;
  }
  ++next_;
  // Function objects must be copyable to be posted; what moves goes in a shared place.
  struct arrival {
    asio::ip::tcp::socket socket;
    connection_ticket ticket;
  };
  auto held = std::make_shared<arrival>(arrival{std::move(socket), std::move(ticket)});
  thread.post(
      [held, address](io_thread& self) { self.accept(std::move(held->socket), address, std::move(held->ticket)); });
  return true;
}

// A client too many is not answered: it would have to be told by a handshake.
void acceptor::accept_secure(io_thread& thread, asio::ip::tcp::socket socket, const asio::ip::address& address,
                             const std::string& key) {
  struct arrival {
    asio::ip::tcp::socket socket;
    connection_ticket transport;
    connection_ticket handshake;
  };
  auto transport = state_->transports.admit(key);
  auto handshake = transport ? state_->handshakes.admit(key) : connection_ticket{};
  if (!handshake)
    return;
  ++next_;
  auto held = std::make_shared<arrival>(arrival{std::move(socket), std::move(transport), std::move(handshake)});
  thread.post([held, address](io_thread& self) {
    self.accept_secure(std::move(held->socket), address, std::move(held->transport), std::move(held->handshake));
  });
}

void acceptor::turn_away(asio::ip::tcp::socket socket) {
  auto answer = problem(errc::overloaded, "Too many connections", {});
  auto bytes = write_response_head(answer, to_string(state_->services.tokens->new_id()), false,
                                   state_->options.strict_transport, state_->options.socket_source);
  bytes += answer.content();
  // The socket is new, so its buffer has room; nobody waits for it.
  ::send(socket.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  boost::system::error_code ignored;
  socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

} // namespace callboard::http

#include "adapters/http/acceptor.hpp"

#include <chrono>
#include <iterator>

#include <linux/filter.h>
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

void acceptor::turn_back() {
  // A closing listener resets whoever has ended the handshake and was not accepted yet. To refuse those who have not
  // begun one, first, leaves nobody between: their SYN is dropped. What the filter sees begins with the TCP header.
  constexpr std::uint32_t flags_offset = 13;
  constexpr std::uint32_t syn = 0x02;
  constexpr std::uint32_t ack = 0x10;
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, flags_offset),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, syn | ack),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syn, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),
  };
  sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
  if (::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) != 0 &&
      state_->log)
    state_->log->on_event(severity::debug, "the listener cannot turn handshakes back: what comes last may be reset",
                          {});
}

void acceptor::finish() {
  while (accept_one() == outcome::accepted) {
  }
  close();
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
    auto last = outcome::accepted;
    for (unsigned i = 0; i < most_at_once && last == outcome::accepted; ++i)
      last = self->accept_one();
    if (last == outcome::exhausted)
      self->pause();
    else if (last != outcome::closed)
      self->wait();
  });
}

void acceptor::pause() {
  pause_.expires_after(pause_when_exhausted);
  pause_.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
    if (!cancelled)
      self->wait();
  });
}

acceptor::outcome acceptor::accept_one() {
  auto& thread = *threads_[next_ % threads_.size()];
  boost::system::error_code error;
  asio::ip::tcp::endpoint peer;
  auto socket = acceptor_.accept(thread.io(), peer, error);
  if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor)
    return outcome::closed;
  if (error == asio::error::would_block)
    return outcome::none_waits;
  if (error == asio::error::connection_aborted)
    return outcome::accepted; // and gone again
  if (error) {
    // Out of descriptors or memory: what is there must end first.
    if (state_->log)
      state_->log->on_event(severity::warning, "cannot accept a connection: " + error.message(), {});
    return outcome::exhausted;
  }
  auto address = peer.address();
  auto key = state_->addresses.is_trusted(address) ? std::string{} : address_key(address);
  if (state_->options.certificate) {
    accept_secure(thread, std::move(socket), address, key);
    return outcome::accepted;
  }
  auto ticket = state_->limits.admit(key);
  if (!ticket) {
    turn_away(std::move(socket));
    return outcome::accepted;
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
  return outcome::accepted;
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
  threads_.front()->requests().note(method::other, no_route, answer.status, 0); // this runs on that thread
  // The socket is new, so its buffer has room; nobody waits for it.
  ::send(socket.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  boost::system::error_code ignored;
  socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

} // namespace callboard::http

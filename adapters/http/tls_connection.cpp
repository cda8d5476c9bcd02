#include "adapters/http/tls_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>

#include "adapters/http/problem.hpp"
#include "adapters/http/response_head.hpp"

namespace callboard::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t record_size = 16 * 1024;
constexpr unsigned records_per_turn = 16; // of each direction; then others have theirs
constexpr std::chrono::milliseconds linger_time{1'000};
constexpr std::size_t linger_bytes = 1u << 20;

/// Used between two waits alone, never across them.
std::array<char, record_size>& scratch() {
  thread_local std::array<char, record_size> bytes;
  return bytes;
}

bool would_block() {
  return errno == EAGAIN || errno == EINTR;
}

} // namespace

void tls_connection::session_deleter::operator()(ssl_st* session) const {
  SSL_free(session);
}

tls_connection::tls_connection(std::shared_ptr<io_thread> thread, asio::ip::tcp::socket client, asio::ip::address peer,
                               connection_ticket transport, connection_ticket handshake)
    : thread_{std::move(thread)}, client_{std::move(client)}, server_{thread_->io()}, peer_{std::move(peer)},
      transport_{std::move(transport)}, handshake_{std::move(handshake)} {
  thread_->add(*this);
}

tls_connection::~tls_connection() {
  thread_->remove(*this);
}

void tls_connection::start() {
  const auto& options = thread_->state().options;
  boost::system::error_code error;
  client_.native_non_blocking(true, error);
  boost::system::error_code ignored;
  client_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  if (options.socket_send_buffer > 0)
    client_.set_option(asio::socket_base::send_buffer_size{options.socket_send_buffer}, ignored);
  auto context = options.certificate->context(); // the session keeps it when another one is loaded
  session_.reset(SSL_new(context.get()));
  if (error || !session_ || SSL_set_fd(session_.get(), client_.native_handle()) != 1)
    return end();
  SSL_set_accept_state(session_.get());
  set_deadline(options.handshake_timeout);
  if (thread_->state().draining)
    hurry_handshake();
  advance();
}

void tls_connection::check_deadline(tick now) {
  if (deadline_ <= now)
    end();
}

void tls_connection::hurry_handshake() {
  if (phase_ == phase::handshake)
    deadline_ = std::min(deadline_, thread_->now() + thread_->state().drain_within.idle_grace.count());
}

void tls_connection::end() {
  phase_ = phase::ended;
  deadline_ = never;
  // Its places are free before the client knows: whoever comes back at once finds them so.
  handshake_.release();
  transport_.release();
  boost::system::error_code ignored;
  client_.close(ignored);
  server_.close(ignored);
}

void tls_connection::advance() {
  wanted_ = 0;
  again_ = false;
  if (phase_ == phase::handshake)
    shake_hands();
  if (phase_ == phase::open) {
    forward_input();
    if (phase_ == phase::open)
      forward_output();
  }
  if (phase_ == phase::farewell)
    say_farewell();
  if (phase_ == phase::lingering)
    linger();
  if (phase_ != phase::ended)
    arm();
}

void tls_connection::arm() {
  if (again_)
    return asio::post(thread_->io(), [self = shared_from_this()] {
      if (self->phase_ != phase::ended)
        self->advance();
    });
  auto missing = static_cast<std::uint8_t>(wanted_ & ~waiting_);
  if (missing & client_read)
    await(client_, true, client_read);
  if (missing & client_write)
    await(client_, false, client_write);
  if (missing & server_read)
    await(server_, true, server_read);
  if (missing & server_write)
    await(server_, false, server_write);
}

template <class Socket>
void tls_connection::await(Socket& socket, bool reading, wait which) {
  waiting_ = static_cast<std::uint8_t>(waiting_ | which);
  socket.async_wait(reading ? Socket::wait_read : Socket::wait_write,
                    [self = shared_from_this(), which](boost::system::error_code) {
                      self->waiting_ = static_cast<std::uint8_t>(self->waiting_ & ~which);
                      if (self->phase_ != phase::ended)
                        self->advance();
                    });
}

bool tls_connection::wants(int result) {
  switch (SSL_get_error(session_.get(), result)) {
  case SSL_ERROR_WANT_READ:
    wanted_ |= client_read;
    return true;
  case SSL_ERROR_WANT_WRITE:
    wanted_ |= client_write;
    return true;
  default:
    return false;
  }
}

void tls_connection::shake_hands() {
  ERR_clear_error();
  auto result = SSL_do_handshake(session_.get());
  if (result == 1)
    return hand_over();
  if (!wants(result))
    refuse_handshake();
}

void tls_connection::refuse_handshake() {
  auto& state = thread_->state();
  auto reason = ERR_peek_error();
  if (state.log) {
    const char* text = reason != 0 ? ERR_reason_error_string(reason) : nullptr;
    state.log->on_event(severity::debug,
                        std::string{"a TLS handshake failed: "} + (text ? text : "the client ended it"), {});
  }
  if (ERR_GET_LIB(reason) == ERR_LIB_SSL && ERR_GET_REASON(reason) == SSL_R_HTTP_REQUEST) {
    auto id = to_string(state.services.tokens->new_id());
    auto answer = problem(errc::bad_request, "This port speaks TLS: use https", id);
    auto bytes = write_response_head(answer, id, false, false);
    bytes += answer.content();
    ::send(client_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT); // its buffer is empty
  }
  // Otherwise OpenSSL has sent an alert that says why.
  begin_lingering();
}

void tls_connection::hand_over() {
  handshake_.release();
  deadline_ = never;
  phase_ = phase::open;
  // By its address it is counted as a transport.
  auto ticket = thread_->state().limits.admit({});
  int pair[2] = {-1, -1};
  if (!ticket || ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) {
    if (ticket && thread_->state().log)
      thread_->state().log->on_event(severity::warning, "a TLS connection is ended for want of descriptors", {});
    phase_ = phase::farewell;
    return;
  }
  boost::system::error_code error;
  server_.assign(asio::local::stream_protocol{}, pair[0], error);
  if (error) {
    ::close(pair[0]);
    ::close(pair[1]);
    phase_ = phase::farewell;
    return;
  }
  stream_socket other{thread_->io()};
  other.assign(asio::generic::stream_protocol{AF_UNIX, 0}, pair[1], error);
  if (error) {
    ::close(pair[1]);
    phase_ = phase::farewell;
    return;
  }
  thread_->accept(std::move(other), peer_, std::move(ticket));
}

void tls_connection::forward_input() {
  for (unsigned i = 0; i < records_per_turn; ++i) {
    if (!input_.empty()) {
      auto waiting = std::exchange(input_, {});
      if (!deliver(waiting.data(), waiting.size()))
        return;
    }
    if (input_ended_)
      return;
    ERR_clear_error();
    auto count = SSL_read(session_.get(), scratch().data(), static_cast<int>(scratch().size()));
    if (count <= 0) {
      if (SSL_get_error(session_.get(), count) == SSL_ERROR_ZERO_RETURN)
        return end_input();
      if (!wants(count))
        end();
      return;
    }
    if (!deliver(scratch().data(), static_cast<std::size_t>(count)))
      return;
  }
  again_ = true;
}

/// False: what is left waits until there is room.
bool tls_connection::deliver(const char* bytes, std::size_t size) {
  auto sent = ::send(server_.native_handle(), bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && !would_block()) {
    input_ended_ = true; // nobody takes it any more; what they still said is on its way out
    return true;
  }
  auto taken = sent < 0 ? 0 : static_cast<std::size_t>(sent);
  if (taken == size)
    return true;
  input_.assign(bytes + taken, size - taken);
  wanted_ |= server_write;
  return false;
}

void tls_connection::end_input() {
  input_ended_ = true;
  ::shutdown(server_.native_handle(), SHUT_WR);
}

void tls_connection::forward_output() {
  for (unsigned i = 0; i < records_per_turn; ++i) {
    if (!output_.empty()) {
      auto waiting = std::exchange(output_, {});
      if (!encrypt(waiting.data(), waiting.size()))
        return;
      continue;
    }
    auto count = ::recv(server_.native_handle(), scratch().data(), scratch().size(), MSG_DONTWAIT);
    if (count < 0 && would_block()) {
      wanted_ |= server_read;
      return;
    }
    if (count <= 0) {
      boost::system::error_code ignored;
      server_.close(ignored);
      phase_ = phase::farewell;
      return;
    }
    if (!encrypt(scratch().data(), static_cast<std::size_t>(count)))
      return;
  }
  again_ = true;
}

/// False: what is left waits until there is room, or everything has ended.
bool tls_connection::encrypt(const char* bytes, std::size_t size) {
  ERR_clear_error();
  auto count = SSL_write(session_.get(), bytes, static_cast<int>(size));
  if (count > 0) {
    deadline_ = never;
    output_.assign(bytes + count, size - static_cast<std::size_t>(count));
    return true;
  }
  if (!wants(count)) {
    end();
    return false;
  }
  output_.assign(bytes, size);
  if (deadline_ == never)
    set_deadline(thread_->state().options.write_timeout);
  return false;
}

void tls_connection::say_farewell() {
  if (deadline_ == never)
    set_deadline(linger_time);
  ERR_clear_error();
  auto result = SSL_shutdown(session_.get()); // 0: ours is sent, theirs has not come, and need not
  if (result < 0 && wants(result))
    return;
  begin_lingering();
}

void tls_connection::begin_lingering() {
  // Closing with bytes unread would send a reset, which can overtake what was said last.
  phase_ = phase::lingering;
  ::shutdown(client_.native_handle(), SHUT_WR);
  set_deadline(linger_time);
  linger();
}

void tls_connection::linger() {
  while (lingered_ < linger_bytes) {
    auto count = ::recv(client_.native_handle(), scratch().data(), scratch().size(), MSG_DONTWAIT);
    if (count < 0 && would_block()) {
      wanted_ |= client_read;
      return;
    }
    if (count <= 0)
      break;
    lingered_ += static_cast<std::size_t>(count);
  }
  end();
}

} // namespace callboard::http

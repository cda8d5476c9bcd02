#include "adapters/http/http_connection.hpp"

#include <algorithm>
#include <array>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "adapters/http/problem.hpp"
#include "adapters/http/response_head.hpp"

namespace callboard::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t read_size = 8 * 1024;
constexpr std::chrono::milliseconds linger_time{1'000};
constexpr std::size_t linger_bytes = 1u << 20;

} // namespace

http_connection::http_connection(std::shared_ptr<io_thread> thread, stream_socket socket, asio::ip::address peer,
                                 connection_ticket ticket)
    : thread_{std::move(thread)}, socket_{std::move(socket)}, peer_{std::move(peer)}, ticket_{std::move(ticket)} {
  thread_->add(*this);
}

http_connection::~http_connection() {
  thread_->remove(*this);
}

void http_connection::start() {
  asio::co_spawn(
      thread_->io(), [self = shared_from_this()] { return self->run(); }, asio::detached);
}

void http_connection::check_deadline(tick now) {
  if (deadline_ <= now)
    time_out();
}

void http_connection::hurry_if_idle() {
  if (idle_)
    deadline_ = std::min(deadline_, thread_->now() + thread_->state().drain_within.idle_grace.count());
}

void http_connection::end_waiting() {
  if (reading_)
    time_out();
}

void http_connection::time_out() {
  timed_out_ = true;
  deadline_ = never;
  cancel();
}

void http_connection::end() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void http_connection::cancel() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

asio::awaitable<void> http_connection::run() {
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored); // not one of TLS, which has set it itself
  // g++ 12 miscompiles `while (co_await f()) {}`, and `if (co_await f(temporary))` before another co_await: nowhere in
  // these files does a condition await with a temporary.
  for (bool goes_on = true; goes_on;)
    goes_on = co_await serve_one();
  deadline_ = never;
  socket_.close(ignored);
}

asio::awaitable<http_connection::outcome> http_connection::read_some() {
  auto old_size = buffer_.size();
  buffer_.resize(old_size + read_size);
  boost::system::error_code error;
  reading_ = true;
  auto count = co_await socket_.async_read_some(asio::buffer(buffer_.data() + old_size, read_size),
                                                asio::redirect_error(asio::use_awaitable, error));
  reading_ = false;
  buffer_.resize(old_size + (error ? 0 : count));
  if (!error)
    co_return outcome::done;
  co_return timed_out_ ? outcome::timeout : outcome::closed;
}

asio::awaitable<http_connection::outcome> http_connection::read_header(std::size_t& size) {
  const auto limit = thread_->state().options.max_header_bytes;
  std::size_t searched = 0;
  while (true) {
    // Empty lines before a request are left out (RFC 9112, 2.2); the header's deadline runs meanwhile.
    for (; buffer_.starts_with("\r\n"); searched = 0)
      buffer_.erase(0, 2);
    if (idle_ && !buffer_.empty()) {
      idle_ = false;
      set_deadline(thread_->state().options.header_timeout);
    }
    auto end = buffer_.find("\r\n\r\n", searched > 3 ? searched - 3 : 0);
    if (end != std::string::npos && end + 4 <= limit) {
      size = end + 4;
      co_return outcome::done;
    }
    if (buffer_.size() >= limit)
      co_return outcome::too_large;
    searched = buffer_.size();
    if (auto result = co_await read_some(); result != outcome::done)
      co_return result;
  }
}

asio::awaitable<bool> http_connection::write(std::string head, const response* answer) {
  set_deadline(thread_->state().options.write_timeout);
  auto content = answer ? answer->content() : std::string_view{};
  std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(content.data(), content.size())};
  boost::system::error_code error;
  co_await asio::async_write(socket_, buffers, asio::redirect_error(asio::use_awaitable, error));
  deadline_ = never;
  co_return !error;
}

void http_connection::prepare_refusal(const response& answer, std::string_view request_id) {
  refusal_ = write_response_head(answer, request_id, false, thread_->state().options.strict_transport,
                                 thread_->state().options.socket_source);
  refusal_ += answer.content();
}

asio::awaitable<void> http_connection::send_refusal() {
  auto written = co_await write(std::move(refusal_), nullptr);
  if (written)
    co_await linger();
}

asio::awaitable<void> http_connection::linger() {
  // Closing with bytes unread would send a reset, which can overtake the answer at the client.
  boost::system::error_code ignored;
  socket_.shutdown(stream_socket::shutdown_send, ignored);
  auto& state = thread_->state();
  set_deadline(state.draining ? std::min(linger_time, state.drain_within.idle_grace) : linger_time);
  for (std::size_t taken = 0; taken < linger_bytes; taken += buffer_.size()) {
    buffer_.clear();
    if (co_await read_some() != outcome::done)
      break;
  }
}

} // namespace callboard::http

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include "adapters/http/framing.hpp"
#include "adapters/http/io_thread.hpp"
#include "adapters/http/observer.hpp"
#include "adapters/http/request.hpp"
#include "adapters/http/response.hpp"

namespace callboard::http {

/// A connection while it speaks HTTP: one coroutine that reads a request, has it answered, writes the answer, and
/// begins again, until either side ends it or it becomes a WebSocket. Bytes of a further request that came early stay
/// in its buffer (pipelining); answers leave in order because there is one request at a time.
class http_connection : public std::enable_shared_from_this<http_connection> {
public:
  http_connection(std::shared_ptr<io_thread> thread, stream_socket socket, boost::asio::ip::address peer,
                  connection_ticket ticket);
  ~http_connection();

  void start();

  /// Ends the socket's waiting if the deadline has passed.
  void check_deadline(tick now);
  /// While draining: leaves little time if no request has begun.
  void hurry_if_idle();
  /// Ends a wait for the client as its deadline would.
  void end_waiting();
  /// Closes the socket: whatever waits for it, or begins to, ends at once. A cancelled wait alone would let one begin
  /// that comes just after it.
  void end();

private:
  void cancel();
  enum class outcome : std::uint8_t { done, closed, timeout, too_large };

  boost::asio::awaitable<void> run();
  /// One request and its answer. False: the connection ends (or has become a WebSocket).
  boost::asio::awaitable<bool> serve_one();
  /// The part of it that begins once the head is read. The caller keeps `frame` until the end.
  boost::asio::awaitable<bool> serve_request(request_head head, const framing& frame,
                                             std::chrono::steady_clock::time_point began);
  boost::asio::awaitable<outcome> read_header(std::size_t& size);
  boost::asio::awaitable<outcome> read_some();
  boost::asio::awaitable<bool> write(std::string head, const response* answer);
  void prepare_refusal(const response& answer, std::string_view request_id);
  boost::asio::awaitable<void> send_refusal();
  /// Answers what never became a request: of no known method, for no route. Counted and logged as others are.
  boost::asio::awaitable<void> refuse(response answer, std::string id, std::chrono::steady_clock::time_point began);
  boost::asio::awaitable<void> linger();

  boost::asio::awaitable<response> answer(request_context& context, const std::string& raw_path, const framing& frame,
                                          std::string_view& pattern);
  boost::asio::awaitable<response> call(request_context& context, const route& target, const framing& frame);
  boost::asio::awaitable<std::optional<response>> read_body(request_context& context, const framing& frame,
                                                            std::size_t limit);
  /// Makes it a WebSocket, or refuses that. The status it answered with.
  boost::asio::awaitable<unsigned> upgrade(request_context& context, std::string acceptance);

  response answer_without_route(request_context& context, const std::string& allow, std::string_view& pattern);
  /// Whether the body of a request that is refused early is at hand, and taken off the buffer.
  bool skip_body(const framing& frame);
  /// Counts and logs an answer; its duration is taken here.
  void note(request_record record, std::chrono::steady_clock::time_point began);
  void report(const request_context& context, std::string_view pattern, unsigned status,
              std::chrono::steady_clock::time_point began, live_span& span);
  void time_out();
  void set_deadline(std::chrono::milliseconds time) { deadline_ = thread_->now() + time.count(); }

  std::shared_ptr<io_thread> thread_;
  stream_socket socket_;
  boost::asio::ip::address peer_;
  connection_ticket ticket_;
  std::string buffer_;  // received, not yet used
  std::string refusal_; // the last answer of this connection
  tick deadline_ = never;
  std::size_t requests_ = 0;
  bool body_pending_ = false; // the current request's body has not been taken off the connection
  bool idle_ = true;
  bool reading_ = false; // waits for bytes of the client
  bool timed_out_ = false;
};

} // namespace callboard::http

#pragma once

#include "bin/callboard-cli/endpoint.hpp"
#include "bin/callboard-cli/result.hpp"
#include "bin/callboard-cli/texts.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <chrono>
#include <memory>
#include <variant>

namespace callboard::cli {

namespace asio = boost::asio;
namespace beast = boost::beast;

/// Waits for an operation and returns its error code (and values) instead of throwing.
constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

/// How long one request, one connection attempt or one reply may take.
constexpr std::chrono::seconds request_deadline{10};

using plain_stream = beast::tcp_stream;
using secure_stream = beast::ssl_stream<beast::tcp_stream>;
/// A connected stream, with TLS or without.
using stream = std::variant<std::unique_ptr<plain_stream>, std::unique_ptr<secure_stream>>;

/// Opens connections to one server and words what goes wrong.
class network {
public:
  using clock = std::chrono::steady_clock;

  /// Certificates are verified against the system's store (or SSL_CERT_FILE, SSL_CERT_DIR) and the host's name.
  network(asio::any_io_executor executor, endpoint where, texts say);

  /// Verifies against the certificates of a file instead of the system's store; an empty name changes nothing.
  result<void> trust(const std::string& file);

  const endpoint& server() const { return where_; }
  const texts& say() const { return say_; }

  /// Connects, with a TLS handshake for https; all of it before `deadline`, which then also bounds what the stream
  /// does next.
  asio::awaitable<result<stream>> connect(clock::time_point deadline);

  /// The failure for an error of the transport.
  failure broken(const beast::error_code& error, text_id text = text_id::connection_broken) const;

  /// The failure for an answer that makes no sense.
  failure senseless() const;

private:
  using addresses = asio::ip::tcp::resolver::results_type;

  asio::awaitable<result<addresses>> resolve(clock::time_point deadline);
  asio::awaitable<result<stream>> shake_hands(plain_stream connected);

  asio::any_io_executor executor_;
  endpoint where_;
  texts say_;
  asio::ssl::context tls_;
};

} // namespace callboard::cli

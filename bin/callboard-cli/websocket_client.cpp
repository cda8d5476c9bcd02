#include "bin/callboard-cli/websocket_client.hpp"

#include "bin/callboard-cli/utf8.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace callboard::cli {

namespace {

namespace websocket = beast::websocket;
using namespace asio::experimental::awaitable_operators;

constexpr std::size_t longest_message = 4U << 20U;
constexpr std::chrono::seconds close_deadline{1};

template <class Stream>
class connection final : public websocket_connection {
public:
  connection(network& net, Stream stream) : net_(net), socket_(std::move(stream)) {
    socket_.read_message_max(longest_message);
    socket_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
      request.set(beast::http::field::user_agent, "callboard-cli/" CALLBOARD_VERSION);
    }));
  }

  asio::awaitable<result<void>> shake_hands(std::string path) {
    const auto [error] = co_await socket_.async_handshake(net_.server().authority(), path, as_values);
    if (error)
      co_return net_.broken(error, text_id::cannot_connect);
    // From here on the deadlines are those of single operations.
    beast::get_lowest_layer(socket_).expires_never();
    socket_.text(true);
    co_return result<void>();
  }

  asio::awaitable<result<void>> send(std::string text) override {
    asio::steady_timer timer(socket_.get_executor(), request_deadline);
    const auto outcome = co_await (socket_.async_write(asio::buffer(text), as_values) || timer.async_wait(as_values));
    if (outcome.index() == 1)
      co_return net_.broken(beast::error::timeout);
    if (const auto error = std::get<0>(std::get<0>(outcome)))
      co_return net_.broken(error);
    co_return result<void>();
  }

  asio::awaitable<result<std::string>> receive() override {
    beast::flat_buffer buffer(longest_message);
    const auto [error, size] = co_await socket_.async_read(buffer, as_values);
    if (error == websocket::error::closed)
      co_return failure{net_.say()(text_id::server_closed, reason(), close_code()), {}};
    if (error)
      co_return net_.broken(error);
    co_return beast::buffers_to_string(buffer.data());
  }

  asio::awaitable<void> close() override {
    if (!socket_.is_open())
      co_return;
    asio::steady_timer timer(socket_.get_executor(), close_deadline);
    co_await (socket_.async_close(websocket::close_code::normal, as_values) || timer.async_wait(as_values));
  }

  unsigned close_code() const override { return socket_.reason().code; }

private:
  std::string reason() const {
    const auto& text = socket_.reason().reason;
    return neutralise({text.data(), text.size()});
  }

  network& net_;
  websocket::stream<Stream> socket_;
};

template <class Stream>
asio::awaitable<result<std::unique_ptr<websocket_connection>>> upgrade(network& net, Stream stream, std::string path) {
  auto opened = std::make_unique<connection<Stream>>(net, std::move(stream));
  auto shaken = co_await opened->shake_hands(std::move(path));
  if (!shaken)
    co_return std::move(shaken.error());
  co_return std::unique_ptr<websocket_connection>(std::move(opened));
}

} // namespace

asio::awaitable<result<std::unique_ptr<websocket_connection>>> open_websocket(network& net, std::string path) {
  auto connected = co_await net.connect(network::clock::now() + request_deadline);
  if (!connected)
    co_return std::move(connected.error());
  path = net.server().base_path + path;
  if (auto* plain = std::get_if<std::unique_ptr<plain_stream>>(&*connected))
    co_return co_await upgrade(net, std::move(**plain), std::move(path));
  auto& secure = *std::get<std::unique_ptr<secure_stream>>(*connected);
  co_return co_await upgrade(net, std::move(secure), std::move(path));
}

} // namespace callboard::cli

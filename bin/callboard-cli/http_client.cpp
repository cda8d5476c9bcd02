#include "bin/callboard-cli/http_client.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <charconv>

namespace callboard::cli {

namespace {

namespace http = beast::http;

constexpr std::uint64_t longest_body = 8U << 20U;
constexpr std::uint32_t longest_header = 32U << 10U;

std::optional<std::chrono::seconds> read_retry_after(std::string_view field) {
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), seconds);
  if (field.empty() || error != std::errc{} || end != field.data() + field.size())
    return std::nullopt;
  return std::chrono::seconds(seconds);
}

http::request<http::string_body> write_request(const endpoint& server, http_request request) {
  http::request<http::string_body> message;
  message.version(11);
  message.method_string(request.method);
  message.target(server.base_path + request.target);
  message.set(http::field::host, server.authority());
  message.set(http::field::user_agent, "callboard-cli/" CALLBOARD_VERSION);
  message.set(http::field::accept, "application/json, application/problem+json");
  message.set(http::field::connection, "close");
  if (!request.bearer.empty())
    message.set(http::field::authorization, "Bearer " + request.bearer);
  if (!request.idempotency_key.empty())
    message.set("Idempotency-Key", request.idempotency_key);
  if (!request.body.empty())
    message.set(http::field::content_type, "application/json");
  message.body() = std::move(request.body);
  message.prepare_payload();
  return message;
}

template <class Stream>
asio::awaitable<result<http_response>> exchange_over(network& net, Stream& connection, http_request request) {
  auto message = write_request(net.server(), std::move(request));
  const auto [write_error, written] = co_await http::async_write(connection, message, as_values);
  if (write_error)
    co_return net.broken(write_error);
  beast::flat_buffer buffer(longest_header + longest_body);
  http::response_parser<http::string_body> parser;
  parser.header_limit(longest_header);
  parser.body_limit(longest_body);
  const auto [read_error, read] = co_await http::async_read(connection, buffer, parser, as_values);
  if (read_error == http::error::body_limit || read_error == http::error::header_limit)
    co_return failure{net.say()(text_id::answer_too_large, net.server().authority()), {}};
  if (read_error)
    co_return net.broken(read_error);
  http_response response;
  response.status = parser.get().result_int();
  response.retry_after = read_retry_after(parser.get()[http::field::retry_after]);
  response.body = std::move(parser.get().body());
  co_return response;
}

} // namespace

asio::awaitable<result<http_response>> exchange(network& net, http_request request) {
  const auto deadline = network::clock::now() + request_deadline;
  auto connected = co_await net.connect(deadline);
  if (!connected)
    co_return std::move(connected.error());
  if (auto* plain = std::get_if<std::unique_ptr<plain_stream>>(&*connected))
    co_return co_await exchange_over(net, **plain, std::move(request));
  co_return co_await exchange_over(net, *std::get<std::unique_ptr<secure_stream>>(*connected), std::move(request));
}

} // namespace callboard::cli

#include "bin/callboard-cli/session.hpp"

#include "bin/callboard-cli/problems.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/json/serialize.hpp>

#include <random>

namespace callboard::cli {

namespace {

constexpr unsigned status_unauthorized = 401;
constexpr unsigned status_unavailable = 503;

// Exchanges, and once more if the server asks for a little patience.
asio::awaitable<result<http_response>> exchange_patiently(network& net, http_request request) {
  auto response = co_await exchange(net, request);
  const bool asked_to_wait = response && response->status == status_unavailable && response->retry_after;
  if (!asked_to_wait || *response->retry_after > session::longest_wait)
    co_return response;
  asio::steady_timer timer(co_await asio::this_coro::executor, *response->retry_after);
  co_await timer.async_wait(as_values);
  co_return co_await exchange(net, std::move(request));
}

failure refused(const http_response& response, const texts& say) {
  auto refusal = read_problem(response.status, response.body);
  std::string text = response.status == status_unavailable && response.retry_after
                         ? say(text_id::server_busy, response.retry_after->count())
                         : describe_problem(refusal, say);
  return {std::move(text), std::move(refusal)};
}

} // namespace

bool account::is(std::string_view name) const {
  return name == "me" || beast::iequals(name, username) || (!email.empty() && beast::iequals(name, email));
}

asio::awaitable<result<void>> session::log_in(std::string name, std::string password) {
  json::object body;
  body["login"] = name;
  body["password"] = password;
  body["device"] = "callboard-cli";
  http_request request;
  request.method = "POST";
  request.target = "/auth/login";
  request.body = json::serialize(body);
  const auto answer = co_await attempt(std::move(request));
  if (!answer)
    co_return answer.error();
  if (user_)
    co_await log_out(); // the previous user's session is of no more use
  co_return adopt(*answer);
}

asio::awaitable<result<void>> session::log_out() {
  http_request request;
  request.method = "POST";
  request.target = "/auth/logout";
  request.bearer = access_token_;
  forget();
  const auto answer = co_await attempt(std::move(request));
  if (!answer)
    co_return answer.error();
  co_return result<void>();
}

asio::awaitable<result<void>> session::refresh() {
  json::object body;
  body["refresh_token"] = refresh_token_;
  http_request request;
  request.method = "POST";
  request.target = "/auth/refresh";
  request.body = json::serialize(body);
  const auto answer = co_await attempt(std::move(request));
  if (answer)
    co_return adopt(*answer);
  if (answer.error().refusal && answer.error().refusal->status == status_unauthorized)
    forget();
  co_return answer.error();
}

asio::awaitable<result<json::value>> session::call(std::string method, std::string target, json::value body,
                                                   std::string idempotency_key) {
  http_request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = body.is_null() ? std::string() : json::serialize(body);
  request.bearer = access_token_;
  request.idempotency_key = std::move(idempotency_key);
  auto answer = co_await attempt(request);
  const bool unauthorized = !answer && answer.error().refusal && answer.error().refusal->status == status_unauthorized;
  if (!unauthorized || refresh_token_.empty())
    co_return answer;
  const auto refreshed = co_await refresh();
  if (!refreshed)
    co_return refreshed.error();
  request.bearer = access_token_;
  co_return co_await attempt(std::move(request));
}

asio::awaitable<result<json::value>> session::attempt(http_request request) {
  const auto response = co_await exchange_patiently(net_, std::move(request));
  if (!response)
    co_return response.error();
  if (response->status < 200 || response->status > 299)
    co_return refused(*response, net_.say());
  if (response->body.empty())
    co_return json::value();
  auto value = parse_json(response->body);
  if (!value)
    co_return net_.senseless();
  co_return std::move(*value);
}

result<void> session::adopt(const json::value& answer) {
  const json::value& user = member(answer, "user");
  std::string access_token = text_at(answer, "access_token");
  if (access_token.empty() || text_at(user, "username").empty())
    return net_.senseless();
  access_token_ = std::move(access_token);
  refresh_token_ = text_at(answer, "refresh_token");
  user_ = account{number_at(user, "id"), text_at(user, "username"), text_at(user, "email")};
  return {};
}

void session::forget() {
  user_.reset();
  access_token_.clear();
  refresh_token_.clear();
}

std::string random_key() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device source;
  std::string key;
  for (int word = 0; word < 4; ++word)
    for (std::uint32_t bits = source(), digit = 0; digit < 8; ++digit, bits >>= 4U)
      key += digits[bits & 0xFU];
  return key;
}

} // namespace callboard::cli

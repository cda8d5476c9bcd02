#include "adapters/http/http_connection.hpp"

#include <algorithm>

#include "adapters/http/head_parser.hpp"
#include "adapters/http/problem.hpp"
#include "adapters/http/response_head.hpp"
#include "adapters/http/text.hpp"
#include "adapters/http/websocket_upgrade.hpp"

namespace callboard::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_device_bytes = 200;
constexpr std::size_t most_language_bytes = 100;
constexpr std::chrono::milliseconds header_time_while_draining{1'000};

std::string choose_request_id(const request_head& head, const token_service& tokens) {
  auto given = head.header("x-request-id");
  auto is_fit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
           c == '-';
  };
  if (!given.empty() && given.size() <= 64 && std::all_of(given.begin(), given.end(), is_fit))
    return std::string{given};
  return to_string(tokens.new_id());
}

/// Splits the target and checks that its query decodes.
bool set_target(request_context& context, std::string& raw_path) {
  std::string_view target{context.head().target};
  auto mark = target.find('?');
  raw_path = target.substr(0, mark);
  auto query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  std::string path;
  std::string unused;
  if (!percent_decode(raw_path, path) || !percent_decode(query, unused, true))
    return false;
  context.set_path(std::move(path), std::string{query});
  return true;
}

} // namespace

asio::awaitable<bool> http_connection::serve_one() {
  auto& state = thread_->state();
  idle_ = true;
  if (state.draining && requests_ > 0 && buffer_.empty())
    co_return false;
  if (state.draining)
    set_deadline(std::min(state.options.header_timeout, header_time_while_draining));
  else
    set_deadline(requests_ == 0 ? state.options.header_timeout : state.options.idle_timeout);
  std::size_t size = 0;
  auto read = co_await read_header(size);
  auto began = std::chrono::steady_clock::now();
  if (read == outcome::closed || (read == outcome::timeout && buffer_.empty()))
    co_return false;
  deadline_ = never;
  timed_out_ = false;
  const auto new_id = [&state] { return to_string(state.services.tokens->new_id()); };
  if (read == outcome::timeout) {
    auto id = new_id();
    auto refusal = plain_problem(408, "request_timeout", "The header did not come in time", id);
    prepare_refusal(refusal, id);
    co_await send_refusal();
    co_return false;
  }
  if (read == outcome::too_large) {
    auto id = new_id();
    auto refusal = plain_problem(431, "header_too_large", "The header is too large", id);
    prepare_refusal(refusal, id);
    co_await send_refusal();
    co_return false;
  }
  std::string_view block{buffer_.data(), size};
  auto frame = check_framing(block);
  std::optional<request_head> head;
  if (frame.refusal == 0)
    head = parse_head(block);
  if (!head) {
    auto id = new_id();
    auto refusal = frame.refusal == 0 || frame.refusal == 400
                       ? problem(errc::bad_request, frame.reason, id)
                       : plain_problem(frame.refusal, "bad_request", frame.reason, id);
    prepare_refusal(refusal, id);
    co_await send_refusal();
    co_return false;
  }
  buffer_.erase(0, size);
  body_pending_ = frame.body != body_framing::none;

  auto id = choose_request_id(*head, *state.services.tokens);
  auto device = std::string{head->header("user-agent").substr(0, most_device_bytes)};
  auto languages = std::string{head->header("accept-language").substr(0, most_language_bytes)};
  client_origin origin{address_key(state.addresses.client_of(peer_, *head)), std::move(device), std::move(languages)};
  request_context context{thread_->environment(), std::move(*head), std::move(id), std::move(origin)};

  std::string_view pattern = "(none)";
  response answer;
  std::string raw_path;
  if (!set_target(context, raw_path)) {
    answer = problem(errc::bad_request, "The request target is not well-formed", context.request_id());
  } else if (is_websocket_path(context.path()) && !state.draining && !body_pending_) {
    auto verdict = check_upgrade(context.head(), state.origins, context.request_id());
    if (!verdict.acceptance.empty()) {
      auto upgraded = co_await upgrade(context, std::move(verdict.acceptance));
      report(context, context.path(), upgraded ? 101 : 503, began);
      co_return false;
    }
    pattern = context.path();
    answer = std::move(verdict.refusal);
  } else {
    answer = co_await this->answer(context, raw_path, frame, pattern);
  }
  if (body_pending_ && !skip_body(frame))
    answer.close = true;
  auto keep_alive =
      frame.keep_alive && !answer.close && !state.draining && ++requests_ < state.options.max_requests_per_connection;
  state.origins.add_cors(context.head(), answer);
  auto bytes = write_response_head(answer, context.request_id(), keep_alive, state.options.strict_transport,
                                   state.options.socket_source);
  auto without_body = context.method() == method::head || !has_body(answer.status);
  report(context, pattern, answer.status, began);
  if (!co_await write(std::move(bytes), without_body ? nullptr : &answer))
    co_return false;
  if (!keep_alive)
    co_await linger();
  co_return keep_alive;
}

bool http_connection::skip_body(const framing& frame) {
  if (frame.body != body_framing::length || buffer_.size() < frame.content_length)
    return false;
  buffer_.erase(0, frame.content_length);
  body_pending_ = false;
  return true;
}

void http_connection::report(const request_context& context, std::string_view pattern, unsigned status,
                             std::chrono::steady_clock::time_point began) {
  auto& state = thread_->state();
  auto duration = std::chrono::steady_clock::now() - began;
  if (state.observer)
    state.observer->on_request(context.method(), pattern, status, std::chrono::duration<double>(duration).count());
  if (state.log)
    state.log->on_request({context.method(), pattern, status,
                           std::chrono::duration_cast<std::chrono::microseconds>(duration), context.request_id(),
                           context.has_caller() ? context.caller().user : user_id{}, context.origin().address});
}

asio::awaitable<bool> http_connection::upgrade(request_context& context, std::string acceptance) {
  auto& state = thread_->state();
  // Behind a trusted proxy the connection was let in uncounted: now its client is known.
  if (state.addresses.is_trusted(peer_)) {
    ticket_.release();
    ticket_ = state.limits.admit(context.origin().address);
  }
  if (!ticket_) {
    auto refusal = problem(errc::overloaded, "Too many connections", context.request_id());
    prepare_refusal(refusal, context.request_id());
    co_await send_refusal();
    co_return false;
  }
  if (!co_await write(std::move(acceptance), nullptr))
    co_return false;
  thread_->adopt(std::move(socket_), context.origin(), std::move(buffer_), std::move(ticket_));
  co_return true;
}

} // namespace callboard::http

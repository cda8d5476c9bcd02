#include "adapters/http/http_connection.hpp"

#include <algorithm>

#include "adapters/http/head_parser.hpp"
#include "adapters/http/problem.hpp"
#include "adapters/http/response_head.hpp"
#include "adapters/http/text.hpp"
#include "adapters/http/websocket_upgrade.hpp"

// g++ 12 inlines how Asio allocates a coroutine's frame and not how it frees it, and takes the two for a mismatch.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace callboard::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_device_bytes = 200;
constexpr std::size_t most_language_bytes = 100;

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

/// The trace that a request names. Two names are none: which one its sender means cannot be known.
trace_context read_trace(const request_head& head) {
  const std::string* found = nullptr;
  for (auto& [each, value] : head.headers) {
    if (each != traceparent_name)
      continue;
    if (found)
      return {};
    found = &value;
  }
  return found ? parse_traceparent(*found).value_or(trace_context{}) : trace_context{};
}

/// Ends a request's span, as OpenTelemetry's conventions for HTTP servers have it.
void finish(live_span& span, const request_context& context, std::string_view pattern, unsigned status) {
  auto method = to_string(context.method());
  auto is_route = pattern.starts_with('/');
  span.rename(std::string{method} + (is_route ? " " + std::string{pattern} : std::string{}));
  span.set("http.request.method", method);
  if (is_route)
    span.set("http.route", pattern);
  span.set("http.response.status_code", static_cast<std::int64_t>(status));
  span.set("callboard.request_id", std::string_view{context.request_id()});
  if (status >= 500) {
    span.set("error.type", std::to_string(status));
    span.fail({});
  }
  span.end();
}

} // namespace

asio::awaitable<bool> http_connection::serve_one() {
  auto& state = thread_->state();
  idle_ = true;
  timed_out_ = false;
  set_deadline(requests_ == 0 ? state.options.header_timeout : state.options.idle_timeout);
  if (state.draining)
    hurry_if_idle();
  std::size_t size = 0;
  auto read = co_await read_header(size);
  auto began = std::chrono::steady_clock::now();
  if (read == outcome::closed)
    co_return false;
  if (read == outcome::timeout && buffer_.empty()) {
    boost::system::error_code ignored;
    if (socket_.available(ignored) > 0)
      co_return true; // a request came as the time ran out
    co_await linger();
    co_return false;
  }
  deadline_ = never;
  timed_out_ = false;
  const auto new_id = [&state] { return to_string(state.services.tokens->new_id()); };
  if (read == outcome::timeout) {
    auto id = new_id();
    auto refusal = plain_problem(408, "request_timeout", "The header did not come in time", id);
    co_await refuse(std::move(refusal), std::move(id), began);
    co_return false;
  }
  if (read == outcome::too_large) {
    auto id = new_id();
    auto refusal = plain_problem(431, "header_too_large", "The header is too large", id);
    co_await refuse(std::move(refusal), std::move(id), began);
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
    co_await refuse(std::move(refusal), std::move(id), began);
    co_return false;
  }
  buffer_.erase(0, size);
  body_pending_ = frame.body != body_framing::none;
  co_return co_await serve_request(std::move(*head), frame, began);
}

asio::awaitable<bool> http_connection::serve_request(request_head head, const framing& frame,
                                                     std::chrono::steady_clock::time_point began) {
  auto& state = thread_->state();
  auto id = choose_request_id(head, *state.services.tokens);
  auto device = std::string{head.header("user-agent").substr(0, most_device_bytes)};
  auto languages = std::string{head.header("accept-language").substr(0, most_language_bytes)};
  auto is_trusted = state.addresses.is_trusted(peer_);
  auto span = state.services.tracing->serve(read_trace(head), is_trusted, to_string(head.method));
  client_origin origin{address_key(state.addresses.client_of(peer_, head)), std::move(device), std::move(languages),
                       span.context(), is_trusted};
  request_context context{thread_->environment(), std::move(head), std::move(id), std::move(origin)};

  std::string_view pattern = no_route;
  response answer;
  std::string raw_path;
  if (!context.read_target(raw_path)) {
    answer = problem(errc::bad_request, "The request target is not well-formed", context.request_id());
  } else if (is_websocket_path(context.path()) && !state.draining && !body_pending_) {
    auto verdict = check_upgrade(context.head(), state.origins, context.request_id());
    if (!verdict.acceptance.empty()) {
      auto status = co_await upgrade(context, std::move(verdict.acceptance));
      report(context, context.path(), status, began, span);
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
  report(context, pattern, answer.status, began, span);
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

void http_connection::note(request_record record, std::chrono::steady_clock::time_point began) {
  auto& state = thread_->state();
  auto duration = std::chrono::steady_clock::now() - began;
  thread_->requests().note(record.method, record.pattern, record.status,
                           std::chrono::duration<double>(duration).count());
  record.duration = std::chrono::duration_cast<std::chrono::microseconds>(duration);
  if (state.log)
    state.log->on_request(record);
}

void http_connection::report(const request_context& context, std::string_view pattern, unsigned status,
                             std::chrono::steady_clock::time_point began, live_span& span) {
  auto trace = print_trace_id(context.trace());
  note({.method = context.method(),
        .pattern = pattern,
        .status = status,
        .request_id = context.request_id(),
        .trace_id = trace,
        .user = context.has_caller() ? context.caller().user : user_id{},
        .address = context.origin().address},
       began);
  if (span)
    finish(span, context, pattern, status);
}

asio::awaitable<void> http_connection::refuse(response answer, std::string id,
                                              std::chrono::steady_clock::time_point began) {
  auto address = address_key(peer_);
  request_record record;
  record.pattern = no_route;
  record.status = answer.status;
  record.request_id = id;
  record.address = address;
  note(record, began);
  prepare_refusal(answer, id);
  co_await send_refusal();
}

asio::awaitable<unsigned> http_connection::upgrade(request_context& context, std::string acceptance) {
  auto& state = thread_->state();
  // Behind a trusted proxy the connection was let in uncounted: now its client is known.
  if (context.origin().is_trusted) {
    ticket_.release();
    ticket_ = state.limits.admit(context.origin().address);
  }
  if (!ticket_) {
    auto refusal = problem(errc::overloaded, "Too many connections", context.request_id());
    prepare_refusal(refusal, context.request_id());
    co_await send_refusal();
    co_return 503;
  }
  auto written = co_await write(std::move(acceptance), nullptr);
  if (written)
    thread_->adopt(std::move(socket_), context.origin(), std::move(buffer_), std::move(ticket_));
  co_return 101;
}

} // namespace callboard::http

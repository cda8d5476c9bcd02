#include "adapters/http/http_connection.hpp"

#include <exception>

#include "adapters/http/chunked.hpp"
#include "adapters/http/problem.hpp"
#include "adapters/http/strict_json.hpp"
#include "adapters/http/text.hpp"

namespace callboard::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t default_body_bytes = 16 * 1024;

std::size_t body_limit(const route& target) {
  return target.max_body_bytes > 0 ? target.max_body_bytes : default_body_bytes;
}

} // namespace

asio::awaitable<response> http_connection::answer(request_context& context, const std::string& raw_path,
                                                  const framing& frame, std::string_view& pattern) {
  auto& state = thread_->state();
  auto found = state.routes.match(context.method(), raw_path, context.origin().address);
  if (found.route)
    pattern = found.route->pattern;
  // Health must be readable to the end.
  if (state.draining &&
      !(found.route && found.route->needs == permission::none && found.route->method == method::get)) {
    auto answer = problem(errc::unavailable, "The server is shutting down", context.request_id());
    answer.close = true;
    co_return answer;
  }
  if (!found.route)
    co_return answer_without_route(context, found.allow, pattern);
  context.set_parameters(std::move(found.parameters));
  try {
    auto answer = co_await call(context, *found.route, frame);
    if (context.has_caller() && (answer.refusal == errc::forbidden || answer.refusal == errc::hidden)) {
      auth_refused tried{context.caller(), std::string{to_string(context.method())} + " " + found.route->pattern,
                         context.origin()};
      caf::anon_send(context.services().auth, std::move(tried));
    }
    co_return answer;
  } catch (const std::exception& failure) {
    if (state.log)
      state.log->on_event(severity::error, neutralise(std::string{"a handler failed: "} + failure.what()),
                          {context.request_id(), print_trace_id(context.trace())});
  }
  co_return problem(errc::internal, {}, context.request_id());
}

response http_connection::answer_without_route(request_context& context, const std::string& allow,
                                               std::string_view& pattern) {
  auto& state = thread_->state();
  auto reads = context.method() == method::get || context.method() == method::head;
  if (origin_rules::is_preflight(context.head()) && !allow.empty())
    return state.origins.answer_preflight(context.head(), allow);
  if (reads) {
    if (auto file = state.files.find(context.head(), context.path())) {
      pattern = "(file)";
      return std::move(*file);
    }
  }
  auto methods = allow.empty() && state.files.has(context.path()) ? std::string{"GET, HEAD"} : allow;
  if (!methods.empty())
    return std::move(problem(errc::method_not_allowed, {}, context.request_id()).with("Allow", methods));
  return problem(errc::not_found, {}, context.request_id());
}

asio::awaitable<response> http_connection::call(request_context& context, const route& target, const framing& frame) {
  const auto& id = context.request_id();
  auto limit = body_limit(target);
  if (frame.body == body_framing::length && frame.content_length > limit)
    co_return problem(errc::payload_too_large, {}, id);
  if (target.body == body_rule::required && frame.body == body_framing::none)
    co_return problem(errc::bad_request, "A JSON body is required", id);
  if (target.body != body_rule::none && frame.body != body_framing::none &&
      !is_json_type(context.header("content-type")))
    co_return problem(errc::not_acceptable_type, {}, id);
  if (target.needs != permission::none) {
    auto who = co_await context.authenticate();
    if (!who)
      co_return problem(who.error(), id);
    if (auto may = context.services().may; may == nullptr || !may(who->role, target.needs))
      co_return problem(errc::forbidden, {}, id);
  }
  if (frame.body != body_framing::none)
    if (auto refusal = co_await read_body(context, frame, limit))
      co_return std::move(*refusal);
  co_return co_await target.handler(context);
}

asio::awaitable<std::optional<response>> http_connection::read_body(request_context& context, const framing& frame,
                                                                    std::size_t limit) {
  const auto& id = context.request_id();
  if (frame.expects_continue && buffer_.empty()) {
    std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    auto written = co_await write(std::move(go_on), nullptr);
    if (!written)
      co_return problem(errc::bad_request, {}, id);
  }
  set_deadline(thread_->state().options.body_timeout);
  chunked_decoder decoder{limit};
  std::string body;
  while (true) {
    if (frame.body == body_framing::length) {
      auto count = std::min<std::uint64_t>(buffer_.size(), frame.content_length - body.size());
      body.append(buffer_, 0, count);
      buffer_.erase(0, count);
      if (body.size() == frame.content_length)
        break;
    } else {
      std::string_view input{buffer_};
      auto status = decoder.decode(input, body);
      buffer_.erase(0, buffer_.size() - input.size());
      if (status == chunked_decoder::status::done)
        break;
      if (status == chunked_decoder::status::too_large)
        co_return problem(errc::payload_too_large, {}, id);
      if (status == chunked_decoder::status::malformed)
        co_return problem(errc::bad_request, "The chunked body is malformed", id);
    }
    auto result = co_await read_some();
    if (result == outcome::timeout) {
      timed_out_ = false;
      co_return plain_problem(408, "request_timeout", "The body did not come in time", id);
    }
    if (result != outcome::done)
      co_return problem(errc::bad_request, "The body is incomplete", id);
  }
  deadline_ = never;
  body_pending_ = false;
  context.set_body(std::move(body));
  co_return std::nullopt;
}

} // namespace callboard::http

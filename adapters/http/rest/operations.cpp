#include <chrono>

#include "adapters/http/rest/groups.hpp"

// What an operator and other machines ask.

namespace callboard::http::rest {
namespace {

constexpr std::chrono::seconds readiness_deadline{2};

response answer_status(std::string_view status) {
  return answer_json(200, [&](wire::json_writer& json) {
    json.begin_object();
    json.text("status", status);
    json.end_object();
  });
}

answer tell_alive(request_context&, const rest_options&) {
  co_return answer_status("alive");
}

answer tell_ready(request_context& request, const rest_options& options) {
  if (options.ready && !options.ready())
    co_return refuse(request, make_failure(errc::unavailable, "The server is not taking requests"));
  get_placement question;
  auto owned = co_await ask<std::vector<placement_entry>>(request.services().placement, readiness_deadline, question);
  if (!owned || owned->empty())
    co_return refuse(request, make_failure(errc::unavailable, "No partition is owned"));
  get_store_status status;
  auto store = co_await ask<store_status>(request.services().store, readiness_deadline, status);
  if (!store)
    co_return refuse(request, make_failure(errc::unavailable, "The store does not answer"));
  co_return answer_status("ready");
}

answer show_key_set(request_context&, const rest_options& options) {
  auto answer = text_response(200, "application/jwk-set+json", options.jwks ? options.jwks() : R"({"keys":[]})");
  // A new key is published for longer than this before it signs.
  answer.with("Cache-Control", "public, max-age=300");
  co_return answer;
}

answer show_metrics(request_context& request, const rest_options& options) {
  if (!options.operators.contain(request.origin().address))
    co_return refuse(request, make_failure(errc::forbidden, "Metrics are for the operator's networks"));
  co_return text_response(200, "text/plain; version=0.0.4; charset=utf-8",
                          options.metrics ? options.metrics() : std::string{});
}

} // namespace

void add_operation_routes(router& routes, const shared_options& options) {
  add(routes, options, method::get, "/livez", permission::none, body_rule::none, tell_alive);
  add(routes, options, method::get, "/readyz", permission::none, body_rule::none, tell_ready);
  add(routes, options, method::get, "/.well-known/jwks.json", permission::none, body_rule::none, show_key_set);
  add(routes, options, method::get, "/metrics", permission::none, body_rule::none, show_metrics);
}

} // namespace callboard::http::rest

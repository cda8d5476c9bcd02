#include "adapters/http/rest/groups.hpp"
#include "adapters/http/wire/form.hpp"

// How the nodes are, and how much they log, for admins.

namespace callboard::http::rest {
namespace {

constexpr std::size_t max_level_body = 1'024;

answer show_cluster(request_context&, const rest_options& options) {
  auto answer = text_response(200, "application/json", options.cluster ? options.cluster() : R"({"nodes":[]})");
  answer.with("Cache-Control", "no-store");
  co_return answer;
}

response tell_levels(const rest_options& options) {
  return answer_json(200, [&](wire::json_writer& json) {
    json.begin_object();
    json.begin_object("levels");
    if (options.log_levels)
      for (auto& [component, level] : options.log_levels())
        json.text(component, level);
    json.end_object();
    json.end_object();
  });
}

answer show_levels(request_context&, const rest_options& options) {
  co_return tell_levels(options);
}

answer change_level(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auto level = fields.required_text("level");
  auto component = fields.text("component");
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  if (component && component->empty())
    fields.refuse("/component", "value", "must be one of those that `GET /admin/log-level` lists");
  else if (auto wrong = options.set_log_level(component.value_or(std::string{}), level);
           wrong == log_level_error::level)
    fields.refuse("/level", "value", "must be trace, debug, info, warning or error");
  else if (wrong == log_level_error::component)
    fields.refuse("/component", "value", "must be one of those that `GET /admin/log-level` lists");
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  co_return tell_levels(options);
}

} // namespace

void add_cluster_routes(router& routes, const shared_options& options) {
  add(routes, options, method::get, "/admin/cluster", permission::operate, body_rule::none, show_cluster);
  add(routes, options, method::get, "/admin/log-level", permission::operate, body_rule::none, show_levels);
  add(routes, options, method::put, "/admin/log-level", permission::operate, body_rule::required, change_level,
      max_level_body);
}

} // namespace callboard::http::rest

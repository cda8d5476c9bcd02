#include "adapters/http/rest/groups.hpp"
#include "adapters/http/wire/form.hpp"

// Another password, and proof of an e-mail address.

namespace callboard::http::rest {
namespace {

/// Taken, but nothing has happened yet.
response accepted() {
  response answer;
  answer.status = 202;
  return answer;
}

/// Asks the accounts for what a form wants, once every field was read; `success` is the answer if they do it.
template <class Request>
answer carry_out(request_context& request, const rest_options& options, wire::form& fields, Request& wanted,
                 response (*success)()) {
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  wanted.origin = request.origin();
  auto outcome = co_await ask<done>(request.services().auth, options.deadline, wanted);
  co_return outcome ? success() : refuse(request, outcome.error());
}

answer change_own(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auth_change_password wanted;
  wanted.who = request.caller();
  wanted.current_password = fields.required_text("current_password");
  wanted.new_password = fields.required_text("new_password");
  co_return co_await carry_out(request, options, fields, wanted, no_content);
}

answer forgot(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auth_forgot_password wanted;
  wanted.email = fields.required_text("email");
  co_return co_await carry_out(request, options, fields, wanted, accepted);
}

answer reset(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auth_reset_password wanted;
  wanted.token = fields.required_text("token");
  wanted.new_password = fields.required_text("new_password");
  co_return co_await carry_out(request, options, fields, wanted, no_content);
}

answer send_verification(request_context& request, const rest_options& options) {
  auto body = read_optional_body(request);
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auth_send_verification wanted;
  wanted.who = request.caller();
  co_return co_await carry_out(request, options, fields, wanted, accepted);
}

answer verify(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auth_verify_email wanted;
  wanted.token = fields.required_text("token");
  co_return co_await carry_out(request, options, fields, wanted, no_content);
}

} // namespace

void add_password_routes(router& routes, const shared_options& options) {
  add(routes, options, method::post, "/auth/password", permission::change_profile, body_rule::required, change_own);
  add(routes, options, method::post, "/auth/password/forgot", permission::none, body_rule::required, forgot);
  add(routes, options, method::post, "/auth/password/reset", permission::none, body_rule::required, reset);
  add(routes, options, method::post, "/auth/email/verify", permission::none, body_rule::required, verify);
  add(routes, options, method::post, "/auth/email/resend", permission::change_profile, body_rule::optional,
      send_verification);
}

} // namespace callboard::http::rest

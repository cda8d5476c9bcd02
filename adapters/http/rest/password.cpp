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

answer change_own(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auth_change_password wanted;
  wanted.who = request.caller();
  wanted.current_password = fields.required_text("current_password");
  wanted.new_password = fields.required_text("new_password");
  wanted.origin = request.origin();
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  auto changed = co_await ask<done>(request.services().auth, options.deadline, wanted);
  co_return changed ? no_content() : refuse(request, changed.error());
}

answer forgot(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auth_forgot_password wanted;
  wanted.email = fields.required_text("email");
  wanted.origin = request.origin();
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  auto taken = co_await ask<done>(request.services().auth, options.deadline, wanted);
  co_return taken ? accepted() : refuse(request, taken.error());
}

answer reset(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auth_reset_password wanted;
  wanted.token = fields.required_text("token");
  wanted.new_password = fields.required_text("new_password");
  wanted.origin = request.origin();
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  auto changed = co_await ask<done>(request.services().auth, options.deadline, wanted);
  co_return changed ? no_content() : refuse(request, changed.error());
}

answer send_verification(request_context& request, const rest_options& options) {
  auto body = read_optional_body(request);
  if (!body)
    co_return refuse(request, body.error());
  if (auto failure = wire::form{*body}.failure())
    co_return refuse(request, failure);
  auth_send_verification wanted{request.caller(), request.origin()};
  auto sent = co_await ask<done>(request.services().auth, options.deadline, wanted);
  co_return sent ? accepted() : refuse(request, sent.error());
}

answer verify(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auth_verify_email wanted;
  wanted.token = fields.required_text("token");
  wanted.origin = request.origin();
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  auto verified = co_await ask<done>(request.services().auth, options.deadline, wanted);
  co_return verified ? no_content() : refuse(request, verified.error());
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

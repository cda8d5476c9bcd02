#include "adapters/http/rest/groups.hpp"
#include "adapters/http/rest/session_cookie.hpp"
#include "adapters/http/wire/form.hpp"

// Making an account, and getting tokens for it.

namespace callboard::http::rest {
namespace {

constexpr std::size_t max_device_bytes = 200;

response answer_tokens(const request_context& request, const rest_options& options, const issued_tokens& tokens) {
  auto answer = answer_json(200, [&](wire::json_writer& json) { wire::write_tokens(json, tokens); });
  if (!tokens.cookie)
    return answer;
  set_session_cookie(answer, request, options.public_url, tokens.refresh_token.reveal(), tokens.refresh_expires_in);
  if (!tokens.device_token.empty())
    set_device_cookie(answer, request, options.public_url, tokens.device_token.reveal(), tokens.device_expires_in);
  return answer;
}

/// Whether a browser says that another site's page sends this. A client that is no browser says nothing.
bool is_cross_site(const request_context& request) {
  bool browser = !request.header("sec-fetch-site").empty() || !request.header("origin").empty();
  return browser && !request.is_same_site();
}

caf::error foreign_page() {
  return make_failure(errc::forbidden, "This needs a page of our own");
}

answer register_account(request_context& request, const rest_options& options) {
  auto refuse_form = [&](const caf::error& reason) {
    if (options.on_bad_registration)
      options.on_bad_registration();
    return refuse(request, reason);
  };
  auto body = request.json();
  if (!body)
    co_return refuse_form(body.error());
  wire::form fields{*body};
  auth_register wanted;
  wanted.username = fields.required_text("username");
  wanted.email = fields.required_text("email");
  wanted.password = fields.required_text("password");
  wanted.full_name = fields.text("full_name").value_or(std::string{});
  wanted.origin = request.origin();
  if (auto failure = fields.failure())
    co_return refuse_form(failure);
  auto made = co_await ask<user_view>(request.services().auth, options.deadline, wanted);
  if (!made)
    co_return refuse(request, made.error());
  co_return answer_json(201, [&](wire::json_writer& json) {
    json.begin_object();
    json.key("user");
    wire::write_user(json, *made, wire::audience::oneself);
    json.end_object();
  });
}

/// The one of `login`, `username` and `email` that is given.
std::string read_login(wire::form& fields) {
  std::string login;
  unsigned given = 0;
  for (auto name : {"login", "username", "email"}) {
    given += fields.has(name) ? 1 : 0;
    if (auto value = fields.text(name))
      login = std::move(*value);
  }
  if (given == 0)
    fields.refuse("/login", "required", "must be given, or username, or email");
  else if (given > 1)
    fields.refuse("/login", "conflict", "only one of login, username and email may be given");
  return login;
}

answer log_in(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auth_login wanted;
  wanted.origin = request.origin();
  wanted.login = read_login(fields);
  wanted.password = fields.required_text("password");
  wanted.cookie = fields.boolean("cookie").value_or(false);
  if (auto device = fields.text("device")) {
    if (device->size() > max_device_bytes)
      fields.refuse("/device", "length", "must have at most " + std::to_string(max_device_bytes) + " bytes");
    wanted.origin.device = std::move(*device);
  }
  wanted.device_token = fields.text("device_token").value_or(std::string{});
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  if (wanted.device_token.empty())
    wanted.device_token = std::string{read_device_cookie(request, options.public_url)};
  if (wanted.cookie && is_cross_site(request))
    co_return refuse(request, foreign_page());
  auto tokens = co_await ask<issued_tokens>(request.services().auth, options.deadline, wanted);
  if (!tokens)
    co_return refuse(request, tokens.error());
  co_return answer_tokens(request, options, *tokens);
}

answer refresh(request_context& request, const rest_options& options) {
  auto body = read_optional_body(request);
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auto token = fields.text("refresh_token");
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  auth_refresh wanted;
  wanted.origin = request.origin();
  if (token) {
    wanted.token = std::move(*token);
  } else {
    wanted.token = std::string{read_session_cookie(request, options.public_url)};
    wanted.cookie = true;
    if (wanted.token.empty())
      co_return refuse(request, make_failure(errc::invalid_refresh_token, "There is no refresh token"));
    if (!request.is_same_site())
      co_return refuse(request, foreign_page());
  }
  bool by_cookie = wanted.cookie;
  auto tokens = co_await ask<issued_tokens>(request.services().auth, options.deadline, wanted);
  if (tokens)
    co_return answer_tokens(request, options, *tokens);
  auto answer = refuse(request, tokens.error());
  if (by_cookie && answer.status == 401)
    clear_session_cookie(answer, request, options.public_url);
  co_return answer;
}

answer log_in_guest(request_context& request, const rest_options& options) {
  auto body = read_optional_body(request);
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auth_guest wanted;
  wanted.name = fields.text("name").value_or(std::string{});
  wanted.cookie = fields.boolean("cookie").value_or(false);
  wanted.origin = request.origin();
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  if (wanted.cookie && is_cross_site(request))
    co_return refuse(request, foreign_page());
  auto tokens = co_await ask<issued_tokens>(request.services().auth, options.deadline, wanted);
  if (!tokens)
    co_return refuse(request, tokens.error());
  co_return answer_tokens(request, options, *tokens);
}

answer log_out(request_context& request, const rest_options& options) {
  auto body = read_optional_body(request);
  if (!body)
    co_return refuse(request, body.error());
  if (auto failure = wire::form{*body}.failure())
    co_return refuse(request, failure);
  bool by_cookie = !read_session_cookie(request, options.public_url).empty();
  if (by_cookie && !request.is_same_site())
    co_return refuse(request, foreign_page());
  auth_logout wanted{request.caller()};
  auto ended = co_await ask<done>(request.services().auth, options.deadline, wanted);
  if (!ended)
    co_return refuse(request, ended.error());
  auto answer = no_content();
  clear_session_cookie(answer, request, options.public_url);
  co_return answer;
}

} // namespace

void add_account_routes(router& routes, const shared_options& options) {
  add(routes, options, method::post, "/auth/register", permission::none, body_rule::required, register_account);
  add(routes, options, method::post, "/auth/login", permission::none, body_rule::required, log_in);
  for (auto path : {"/auth/refresh", "/auth/refresh_token"})
    add(routes, options, method::post, path, permission::none, body_rule::optional, refresh);
  add(routes, options, method::post, "/auth/guest", permission::none, body_rule::optional, log_in_guest);
  add(routes, options, method::post, "/auth/logout", permission::use_session, body_rule::optional, log_out);
}

} // namespace callboard::http::rest

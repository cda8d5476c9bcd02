#include "adapters/http/rest/groups.hpp"
#include "adapters/http/rest/profile_rules.hpp"
#include "adapters/http/rest/session_cookie.hpp"
#include "adapters/http/wire/form.hpp"
#include "adapters/http/wire/request_forms.hpp"

// One's own profile, and looking up others.

namespace callboard::http::rest {
namespace {

response answer_user(const user_view& user, wire::audience reader) {
  return answer_json(200, [&](wire::json_writer& json) { wire::write_user(json, user, reader); });
}

answer show_me(request_context& request, const rest_options& options) {
  get_user wanted{request.caller().user};
  auto user = co_await ask_store(request, options, wanted);
  co_return user ? answer_user(*user, wire::audience::oneself) : refuse(request, user.error());
}

answer change_me(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  update_user wanted;
  wanted.user = request.caller().user;
  if (auto name = fields.text("full_name")) {
    if (count_code_points(*name) > options.full_name_length)
      fields.refuse("/full_name", "length",
                    "must have at most " + std::to_string(options.full_name_length) + " characters");
    else if (name->find('\0') != std::string::npos)
      fields.refuse("/full_name", "characters", "must not hold NUL");
    wanted.full_name = std::move(*name);
  }
  if (auto locale = fields.text("locale")) {
    if (!is_language_tag(*locale))
      fields.refuse("/locale", "format", "must be a language tag like en or pt-BR");
    wanted.locale = std::move(*locale);
  }
  wanted.timezone = wire::read_timezone(fields);
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  auto user = co_await ask<user_view>(options.writer, options.deadline, wanted);
  co_return user ? answer_user(*user, wire::audience::oneself) : refuse(request, user.error());
}

answer delete_me(request_context& request, const rest_options& options) {
  auth_delete_account wanted{request.caller(), request.trace()};
  auto gone = co_await ask<done>(request.services().auth, options.deadline, wanted);
  if (!gone)
    co_return refuse(request, gone.error());
  auto answer = no_content();
  clear_session_cookie(answer, request, options.public_url);
  co_return answer;
}

answer show_other(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  get_user wanted{user_id{*id}};
  auto user = co_await ask_store(request, options, wanted);
  co_return user ? answer_user(*user, wire::audience::everyone) : refuse(request, user.error());
}

answer find_users(request_context& request, const rest_options& options) {
  auto page = read_page(request);
  if (!page)
    co_return refuse(request, page.error());
  search_users wanted{request.query("query").value_or(std::string{}), page->limit, std::move(page->cursor)};
  auto found = co_await ask_store(request, options, wanted);
  if (!found)
    co_return refuse(request, found.error());
  co_return answer_json(200, [&](wire::json_writer& json) {
    wire::write_page(json, found->items, found->next, [](wire::json_writer& item, const user_view& user) {
      wire::write_user(item, user, wire::audience::everyone);
    });
  });
}

} // namespace

void add_user_routes(router& routes, const shared_options& options) {
  add(routes, options, method::get, "/users/me", permission::read_own_profile, body_rule::none, show_me);
  add(routes, options, method::patch, "/users/me", permission::change_profile, body_rule::required, change_me);
  add(routes, options, method::remove, "/users/me", permission::delete_account, body_rule::none, delete_me);
  add(routes, options, method::get, "/users", permission::search_users, body_rule::none, find_users);
  add(routes, options, method::get, "/users/{id}", permission::read_profiles, body_rule::none, show_other);
}

} // namespace callboard::http::rest

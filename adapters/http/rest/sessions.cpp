#include "adapters/http/rest/groups.hpp"
#include "adapters/http/rest/session_cookie.hpp"

// Where one is logged in.

namespace callboard::http::rest {
namespace {

answer list_own(request_context& request, const rest_options& options) {
  list_sessions wanted{request.caller().user, now()};
  auto found = co_await ask_store(request, options, wanted);
  if (!found)
    co_return refuse(request, found.error());
  co_return answer_json(200, [&](wire::json_writer& json) {
    wire::write_page(json, *found, {}, [&](wire::json_writer& item, const session_view& session) {
      wire::write_session(item, session, request.caller().session);
    });
  });
}

answer end_one(request_context& request, const rest_options& options) {
  auto id = parse_uuid(request.parameter("id"));
  if (!id)
    co_return refuse(request, make_failure(errc::not_found));
  auth_end_sessions wanted{request.caller(), *id, false};
  auto ended = co_await ask<done>(request.services().auth, options.deadline, wanted);
  if (!ended)
    co_return refuse(request, ended.error());
  auto answer = no_content();
  if (*id == request.caller().session)
    clear_session_cookie(answer, request, options.public_url);
  co_return answer;
}

answer end_others(request_context& request, const rest_options& options) {
  auth_end_sessions wanted{request.caller(), {}, true};
  auto ended = co_await ask<done>(request.services().auth, options.deadline, wanted);
  co_return ended ? no_content() : refuse(request, ended.error());
}

} // namespace

void add_session_routes(router& routes, const shared_options& options) {
  add(routes, options, method::get, "/auth/sessions", permission::use_session, body_rule::none, list_own);
  add(routes, options, method::remove, "/auth/sessions", permission::use_session, body_rule::none, end_others);
  add(routes, options, method::remove, "/auth/sessions/{id}", permission::use_session, body_rule::none, end_one);
}

} // namespace callboard::http::rest

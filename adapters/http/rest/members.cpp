#include "adapters/http/rest/groups.hpp"
#include "adapters/http/rest/rooms.hpp"
#include "adapters/http/wire/form.hpp"
#include "messages/unknown_members.hpp"

// Who is in a room.

namespace callboard::http::rest {
namespace {

answer list(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  auto page = read_page(request);
  if (!page)
    co_return refuse(request, page.error());
  room_admit admission{room_id{*id}, request.caller()};
  auto admitted = co_await ask_owner<room_admission>(request, options, admission);
  if (!admitted)
    co_return refuse(request, admitted.error());
  list_members wanted{room_id{*id}, page->limit, std::move(page->cursor)};
  co_return co_await answer_page(request, options, wanted, wire::write_member);
}

answer invite(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auto names = fields.required_texts("members");
  if (fields.has("members") && names.empty())
    fields.refuse("/members", "length", "must name somebody");
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  // Whether the room is there is said before who exists.
  room_admit admission{room_id{*id}, request.caller()};
  auto admitted = co_await ask_owner<room_admission>(request, options, admission);
  if (!admitted)
    co_return refuse(request, admitted.error());
  resolve_names question{names};
  auto found = co_await ask_store(request, options, question);
  if (!found)
    co_return refuse(request, found.error());
  if (auto unknown = unknown_members_error(names, *found))
    co_return refuse(request, unknown);
  for (auto& each : *found)
    each.role = member_role::member;
  room_invite wanted{room_id{*id}, request.caller(), std::move(*found), request.trace()};
  auto room = co_await ask_owner<room_view>(request, options, wanted);
  co_return room ? answer_room(200, *room) : refuse(request, room.error());
}

answer expel(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  auto target = request.number_parameter("user_id");
  if (!target)
    co_return refuse(request, target.error());
  room_expel wanted{room_id{*id}, request.caller(), user_id{*target}, request.trace()};
  auto gone = co_await ask_owner<done>(request, options, wanted);
  co_return gone ? no_content() : refuse(request, gone.error());
}

} // namespace

void add_member_routes(router& routes, const shared_options& options) {
  add(routes, options, method::get, "/rooms/{id}/members", permission::read_rooms, body_rule::none, list);
  add(routes, options, method::post, "/rooms/{id}/members", permission::join_rooms, body_rule::required, invite,
      max_members_body);
  add(routes, options, method::remove, "/rooms/{id}/members/{user_id}", permission::join_rooms, body_rule::none, expel);
}

} // namespace callboard::http::rest

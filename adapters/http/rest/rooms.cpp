#include "adapters/http/rest/rooms.hpp"
#include "adapters/http/rest/groups.hpp"
#include "adapters/http/wire/form.hpp"
#include "adapters/http/wire/request_forms.hpp"

// Rooms themselves; members and messages have files of their own.

namespace callboard::http::rest {
namespace {

answer create(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  auto form = wire::read_room_form(*body);
  if (!form)
    co_return refuse(request, form.error());
  auto claim = read_idempotency(request, "POST /rooms", *body);
  if (!claim)
    co_return refuse(request, claim.error());
  user_create_room wanted{request.caller(), std::move(*form), std::move(*claim), request.trace()};
  auto made = co_await ask_owner<room_view>(request, options, wanted);
  if (!made)
    co_return refuse(request, made.error());
  auto told = answer_room(201, *made);
  if (made->replayed)
    tell_replayed(told);
  co_return told;
}

answer list(request_context& request, const rest_options& options) {
  auto page = read_page(request);
  if (!page)
    co_return refuse(request, page.error());
  auto kind = request.query("kind");
  if (kind && *kind != "public")
    co_return refuse(request, make_failure(errc::validation_failed, "Only public rooms can be asked for",
                                           {{"/kind", "unknown_kind", "may only be public"}}));
  list_rooms wanted{request.caller().user, static_cast<bool>(kind), page->limit, std::move(page->cursor)};
  co_return co_await answer_page(request, options, wanted, wire::write_room);
}

answer show(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  room_describe wanted{room_id{*id}, request.caller()};
  auto room = co_await ask_owner<room_view>(request, options, wanted);
  co_return room ? answer_room(200, *room) : refuse(request, room.error());
}

answer rename(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  room_rename wanted{room_id{*id}, request.caller(), fields.required_text("name"), request.trace()};
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  auto room = co_await ask_owner<room_view>(request, options, wanted);
  co_return room ? answer_room(200, *room) : refuse(request, room.error());
}

answer remove(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  room_remove wanted{room_id{*id}, request.caller(), request.trace()};
  auto gone = co_await ask_owner<done>(request, options, wanted);
  co_return gone ? no_content() : refuse(request, gone.error());
}

answer mark_as_read(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auto offset = fields.required_number("offset", 0);
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  room_mark_read wanted{room_id{*id}, request.caller(), static_cast<stream_offset>(offset)};
  auto unread = co_await ask_owner<std::uint32_t>(request, options, wanted);
  if (!unread)
    co_return refuse(request, unread.error());
  co_return answer_json(200, [&](wire::json_writer& json) {
    json.begin_object();
    json.number("unread", *unread);
    json.end_object();
  });
}

} // namespace

response answer_room(unsigned status, const room_view& room) {
  return answer_json(status, [&](wire::json_writer& json) { wire::write_room(json, room); });
}

void add_room_routes(router& routes, const shared_options& options) {
  add(routes, options, method::post, "/rooms", permission::create_rooms, body_rule::required, create, max_members_body);
  add(routes, options, method::get, "/rooms", permission::read_rooms, body_rule::none, list);
  add(routes, options, method::get, "/rooms/{id}", permission::read_rooms, body_rule::none, show);
  add(routes, options, method::patch, "/rooms/{id}", permission::manage_rooms, body_rule::required, rename);
  add(routes, options, method::remove, "/rooms/{id}", permission::manage_rooms, body_rule::none, remove);
  add(routes, options, method::put, "/rooms/{id}/read", permission::read_rooms, body_rule::required, mark_as_read);
}

} // namespace callboard::http::rest

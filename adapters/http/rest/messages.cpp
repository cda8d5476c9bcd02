#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"
#include "adapters/http/rest/groups.hpp"
#include "adapters/http/wire/form.hpp"

// A room's log, read and written.

namespace callboard::http::rest {
namespace {

constexpr std::uint64_t default_page = 50;
constexpr std::uint64_t max_page = 200;
constexpr std::uint64_t max_offset = static_cast<std::uint64_t>(wire::form::most);
constexpr std::size_t max_client_key = 64;

/// Which part of the log is asked for; `before` of the last page is left open.
struct range {
  read_events events;
  bool last_page = false;
};

caf::expected<range> read_range(const request_context& request, room_id room) {
  range wanted;
  wanted.events.room = room;
  auto limit = request.query_number("limit", default_page, 1, max_page);
  if (!limit)
    return limit.error();
  auto before = request.query_number("before", 0, 1, max_offset);
  if (!before)
    return before.error();
  auto after = request.query_number("after", 0, 0, max_offset);
  if (!after)
    return after.error();
  auto has_before = static_cast<bool>(request.query("before"));
  auto has_after = static_cast<bool>(request.query("after"));
  if (has_before && has_after)
    return make_failure(errc::validation_failed, "Only one of before and after may be given",
                        {{"/after", "conflict", "must not be given together with before"}});
  wanted.events.limit = static_cast<std::uint32_t>(*limit);
  wanted.events.before = *before;
  wanted.events.after = *after;
  wanted.last_page = !has_before && !has_after;
  return wanted;
}

answer list(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  auto wanted = read_range(request, room_id{*id});
  if (!wanted)
    co_return refuse(request, wanted.error());
  room_admit admission{room_id{*id}, request.caller()};
  auto admitted = co_await ask_owner<room_admission>(request, options, admission);
  if (!admitted)
    co_return refuse(request, admitted.error());
  if (wanted->last_page)
    wanted->events.before = admitted->tail + 1;
  auto question = wanted->events;
  auto events = co_await ask_store(request, options, question);
  if (!events)
    co_return refuse(request, events.error());
  co_return answer_json(200, [&](wire::json_writer& json) {
    json.begin_object();
    json.begin_array("items");
    for (const auto& event : *events)
      wire::write_event(json, event);
    json.end_array();
    json.number("first_offset", events->empty() ? 0 : events->front().offset);
    json.number("last_offset", events->empty() ? 0 : events->back().offset);
    json.text("epoch", request.services().store_epoch);
    json.end_object();
  });
}

/// A header's key as a client key, which is shorter: a long one is known by its hash.
std::string client_key_of(const std::string& idempotency_key) {
  return idempotency_key.size() <= max_client_key ? idempotency_key
                                                  : crypto::base64url_encode(crypto::sha256(idempotency_key));
}

answer post(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  room_post wanted;
  if (auto& gate = request.services().gate; gate && !(wanted.place = gate->enter()))
    co_return refuse(request, no_message_place());
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  wanted.room = room_id{*id};
  wanted.who = request.caller();
  wanted.text = fields.required_text("text");
  wanted.key = fields.text("key").value_or(std::string{});
  wanted.reply_to = static_cast<stream_offset>(fields.number("reply_to", 0).value_or(0));
  wanted.as = fields.text("as").value_or(std::string{});
  wanted.trace = request.trace();
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  auto header = read_idempotency_key(request);
  if (!header)
    co_return refuse(request, header.error());
  bool by_header = *header && wanted.key.empty();
  if (by_header)
    wanted.key = client_key_of(**header);
  auto result = co_await ask_owner<appended>(request, options, wanted);
  if (!result)
    co_return refuse(request, result.error());
  if (by_header && result->duplicate && !result->same_content)
    co_return refuse(request, make_failure(errc::idempotency_mismatch));
  co_return answer_json(result->duplicate ? 200 : 201,
                        [&](wire::json_writer& json) { wire::write_appended(json, *result); });
}

} // namespace

void add_message_routes(router& routes, const shared_options& options) {
  add(routes, options, method::get, "/rooms/{id}/messages", permission::read_rooms, body_rule::none, list);
  add(routes, options, method::post, "/rooms/{id}/messages", permission::write_messages, body_rule::required, post,
      max_message_body);
}

} // namespace callboard::http::rest

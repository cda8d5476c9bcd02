#include "adapters/http/rest/groups.hpp"
#include "adapters/http/wire/form.hpp"
#include "adapters/http/wire/request_forms.hpp"

namespace callboard::http::rest {
namespace {

response answer_reminder(unsigned status, const reminder_record& reminder) {
  return answer_json(status, [&](wire::json_writer& json) { wire::write_reminder(json, reminder); });
}

response answer_reminder(const request_context& request, const caf::expected<reminder_record>& reminder) {
  return reminder ? answer_reminder(200, *reminder) : refuse(request, reminder.error());
}

/// Actors know a reminder's time as `due_at`; a refusal names the field that the request had instead.
caf::error name_given_field(const caf::error& error, const boost::json::object& body) {
  auto context = context_of(error);
  for (auto name : {"in", "until"})
    for (auto& field : context.fields)
      if (field.pointer == "/due_at" && body.contains(name))
        field.pointer = wire::pointer_to({}, name);
  if (context.fields.empty())
    return error;
  return make_failure(code_of(error), std::move(context.detail), std::move(context.fields));
}

answer create(request_context& request, const rest_options& options) {
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  auto form = wire::read_reminder_form(*body, now());
  if (!form)
    co_return refuse(request, form.error());
  auto claim = read_idempotency(request, "POST /reminders", *body);
  if (!claim)
    co_return refuse(request, claim.error());
  reminder_add wanted{request.caller(), std::move(form->reminder), std::move(*claim), request.trace()};
  auto made = co_await ask_owner<reminder_record>(request, options, wanted);
  if (!made)
    co_return refuse(request, name_given_field(made.error(), *body));
  auto told = answer_reminder(201, *made);
  if (made->replayed)
    tell_replayed(told);
  co_return told;
}

answer list(request_context& request, const rest_options& options) {
  auto page = read_page(request);
  if (!page)
    co_return refuse(request, page.error());
  auto pending = request.query("pending");
  if (pending && *pending != "true" && *pending != "false" && !pending->empty())
    co_return refuse(request, make_failure(errc::validation_failed, "pending is true or false",
                                           {{"/pending", "type", "must be true or false"}}));
  list_reminders wanted;
  wanted.owner = request.caller().user;
  wanted.pending = pending && *pending != "false";
  wanted.limit = page->limit;
  wanted.cursor = std::move(page->cursor);
  co_return co_await answer_page(request, options, wanted, wire::write_reminder);
}

answer show(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  get_reminder wanted{request.caller().user, reminder_id{*id}};
  auto reminder = co_await ask_store(request, options, wanted);
  co_return answer_reminder(request, reminder);
}

answer change(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  reminder_edit wanted;
  wanted.trace = request.trace();
  wanted.who = request.caller();
  wanted.id = reminder_id{*id};
  if (auto text = fields.text("text"))
    wanted.text = std::move(*text);
  wanted.due_at = wire::read_moment(fields, "due_at", now(), false);
  if (body->empty())
    fields.refuse("", "required", "must hold text, due_at or in");
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  auto reminder = co_await ask_owner<reminder_record>(request, options, wanted);
  co_return reminder ? answer_reminder(200, *reminder) : refuse(request, name_given_field(reminder.error(), *body));
}

answer cancel(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  reminder_cancel wanted{request.caller(), reminder_id{*id}, request.trace()};
  auto reminder = co_await ask_owner<reminder_record>(request, options, wanted);
  co_return answer_reminder(request, reminder);
}

answer snooze(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  auto body = request.json();
  if (!body)
    co_return refuse(request, body.error());
  wire::form fields{*body};
  auto until = wire::read_moment(fields, fields.has("until") ? "until" : "due_at", now(), true);
  if (auto failure = fields.failure())
    co_return refuse(request, failure);
  reminder_snooze wanted{request.caller(), reminder_id{*id}, *until, request.trace()};
  auto reminder = co_await ask_owner<reminder_record>(request, options, wanted);
  co_return reminder ? answer_reminder(200, *reminder) : refuse(request, name_given_field(reminder.error(), *body));
}

answer finish(request_context& request, const rest_options& options) {
  auto id = request.number_parameter("id");
  if (!id)
    co_return refuse(request, id.error());
  auto body = read_optional_body(request);
  if (!body)
    co_return refuse(request, body.error());
  if (auto failure = wire::form{*body}.failure())
    co_return refuse(request, failure);
  reminder_done wanted{request.caller(), reminder_id{*id}, request.trace()};
  auto reminder = co_await ask_owner<reminder_record>(request, options, wanted);
  co_return answer_reminder(request, reminder);
}

} // namespace

void add_reminder_routes(router& routes, const shared_options& options) {
  add(routes, options, method::post, "/reminders", permission::keep_reminders, body_rule::required, create);
  add(routes, options, method::get, "/reminders", permission::keep_reminders, body_rule::none, list);
  add(routes, options, method::get, "/reminders/{id}", permission::keep_reminders, body_rule::none, show);
  add(routes, options, method::patch, "/reminders/{id}", permission::keep_reminders, body_rule::required, change);
  add(routes, options, method::remove, "/reminders/{id}", permission::keep_reminders, body_rule::none, cancel);
  add(routes, options, method::post, "/reminders/{id}/snooze", permission::keep_reminders, body_rule::required, snooze);
  add(routes, options, method::post, "/reminders/{id}/done", permission::keep_reminders, body_rule::optional, finish);
}

} // namespace callboard::http::rest

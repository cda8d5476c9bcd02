#include "adapters/http/strict_json.hpp"
#include "adapters/http/wire/command_fields.hpp"
#include "adapters/http/wire/protocol_commands.hpp"
#include "adapters/http/wire/request_forms.hpp"
#include "messages/trace.hpp"

namespace callboard::http::wire {
namespace {

constexpr std::int64_t max_page = 200;

command_body refuse(errc code, std::string detail) {
  return refused_command{make_failure(code, std::move(detail))};
}

command_body checked(std::string problem, command_body body) {
  if (problem.empty())
    return body;
  return refuse(errc::bad_request, std::move(problem));
}

/// Numbers of rooms and reminders that cannot be: they are as unknown as those that might.
template <class Id>
Id id_of(std::int64_t number) {
  return Id{number > 0 ? number : 0};
}

command_body read_message_send(simdjson::dom::object data) {
  std::string problem;
  command_fields fields{data, "data", problem};
  post_command wanted;
  wanted.rpc = true;
  wanted.channel.room = id_of<room_id>(fields.required_signed_number("room_id"));
  wanted.text = fields.required_text("text");
  wanted.key = fields.text("key");
  wanted.reply_to = fields.number("reply_to");
  return checked(std::move(problem), std::move(wanted));
}

template <class Command>
command_body read_list(simdjson::dom::object data) {
  std::string problem;
  command_fields fields{data, "data", problem};
  Command wanted;
  if (fields.has("limit")) {
    auto limit = fields.signed_number("limit");
    if (limit < 1 || limit > max_page)
      fields.refuse("limit", "must be from 1 to " + std::to_string(max_page));
    wanted.limit = static_cast<std::uint32_t>(limit);
  }
  wanted.cursor = fields.text("cursor");
  return checked(std::move(problem), std::move(wanted));
}

command_body read_room_read(simdjson::dom::object data) {
  std::string problem;
  command_fields fields{data, "data", problem};
  auto room = id_of<room_id>(fields.required_signed_number("room_id"));
  if (!fields.has("offset"))
    fields.refuse("offset", "must be given");
  auto offset = fields.number("offset");
  if (problem.empty() && number_of(room) == 0)
    return refuse(errc::not_found, "There is no such room");
  return checked(std::move(problem), mark_read_command{room, offset});
}

command_body read_reminder_cancel(simdjson::dom::object data) {
  std::string problem;
  command_fields fields{data, "data", problem};
  auto id = id_of<reminder_id>(fields.required_signed_number("id"));
  if (problem.empty() && number_of(id) == 0)
    return refuse(errc::not_found, "There is no such reminder");
  return checked(std::move(problem), cancel_reminder_command{id});
}

/// What is "as POST" goes through REST's own reader.
template <class Read>
command_body read_as_post(simdjson::dom::object data, Read read) {
  auto body = http::parse_strict_object(simdjson::minify(data));
  if (!body)
    return refused_command{std::move(body.error())};
  body->erase(traceparent_name); // of the command
  auto wanted = read(*body);
  if (!wanted)
    return refused_command{std::move(wanted.error())};
  return std::move(*wanted);
}

} // namespace

command_body read_rpc(std::string_view method, const simdjson::dom::element* data, timestamp now) {
  static const auto empty = [] {
    static simdjson::dom::parser parser;
    return parser.parse(std::string_view{"{}"}).value();
  }();
  simdjson::dom::object object;
  bool is_object = (data ? *data : empty).get(object) == simdjson::SUCCESS;
  auto wants_object = [&](auto read) {
    return is_object ? read() : refuse(errc::bad_request, "rpc.data must be an object");
  };
  if (method == "message.send")
    return wants_object([&] { return read_message_send(object); });
  if (method == "room.list")
    return wants_object([&] { return read_list<list_rooms_command>(object); });
  if (method == "room.read")
    return wants_object([&] { return read_room_read(object); });
  if (method == "room.create")
    return wants_object([&] { return read_as_post(object, read_room_form); });
  if (method == "reminder.create")
    return wants_object(
        [&] { return read_as_post(object, [now](const auto& body) { return read_reminder_form(body, now); }); });
  if (method == "reminder.list")
    return wants_object([&] { return read_list<list_reminders_command>(object); });
  if (method == "reminder.cancel")
    return wants_object([&] { return read_reminder_cancel(object); });
  return refuse(errc::unknown_method, {});
}

} // namespace callboard::http::wire

#include "adapters/http/wire/request_forms.hpp"

#include "adapters/http/wire/times.hpp"

namespace callboard::http::wire {

caf::expected<create_room_command> read_room_form(const boost::json::object& body) {
  form fields{body};
  create_room_command room;
  room.name = fields.required_text("name");
  room.members = fields.texts("members").value_or(std::vector<std::string>{});
  if (auto kind = fields.text("kind"); kind && !from_string(*kind, room.kind))
    fields.refuse("/kind", "unknown_kind", "must be group, direct or public");
  room.guests_may_write = fields.boolean("guests_may_write").value_or(false);
  if (auto failure = fields.failure())
    return failure;
  return room;
}

caf::expected<create_reminder_command> read_reminder_form(const boost::json::object& body, timestamp now) {
  form fields{body};
  create_reminder_command wanted;
  auto& reminder = wanted.reminder;
  reminder.text = fields.required_text("text");
  if (auto due = read_moment(fields, "due_at", now, true))
    reminder.due_at = reminder.next_at = *due;
  reminder.timezone = read_timezone(fields).value_or("UTC");
  reminder.room = room_id{fields.number("room_id", 1).value_or(0)};
  reminder.email = fields.boolean("email").value_or(false);
  bool repeats = fields.text("rrule").has_value();
  if (auto failure = fields.failure())
    return failure;
  if (repeats)
    return make_failure(errc::not_available, "Repeated reminders (rrule) are not offered yet");
  return wanted;
}

caf::optional<timestamp> read_moment(form& fields, std::string_view time_field, timestamp now, bool required) {
  caf::optional<timestamp> moment;
  auto time_pointer = pointer_to({}, time_field);
  if (auto text = fields.text(time_field)) {
    if (auto time = parse_time(*text))
      moment = *time;
    else
      fields.refuse(time_pointer, "format", "must be a time like 2026-05-01T09:00:00Z, with its offset from UTC");
  }
  if (auto text = fields.text("in")) {
    if (auto duration = parse_duration(*text))
      moment = now + *duration;
    else
      fields.refuse("/in", "format", "must be a duration like PT10M, P1DT12H or P2W");
  }
  if (fields.has(time_field) && fields.has("in"))
    fields.refuse("/in", "conflict", "must not be given together with " + std::string{time_field});
  else if (required && !fields.has(time_field) && !fields.has("in"))
    fields.refuse(time_pointer, "required", "must be given, or in");
  return moment;
}

caf::optional<std::string> read_timezone(form& fields) {
  auto name = fields.text("timezone");
  if (!name)
    return caf::none;
  if (!is_timezone(*name))
    fields.refuse("/timezone", "unknown_timezone", "must be a name of the tz database, like Europe/Moscow");
  return std::move(*name);
}

} // namespace callboard::http::wire

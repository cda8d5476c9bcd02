#include "adapters/http/wire/views.hpp"

#include <algorithm>
#include <chrono>

namespace callboard::http::wire {
namespace {

void write_person(json_writer& json, std::string_view name, user_id id, std::string_view username) {
  json.begin_object(name);
  json.number("id", number_of(id));
  json.text("username", username);
  json.end_object();
}

} // namespace

void write_user(json_writer& json, const user_view& user, audience reader) {
  json.begin_object();
  json.number("id", number_of(user.id));
  json.text("username", user.username);
  json.text("full_name", user.full_name);
  json.text("role", to_string(user.role));
  json.time("created_at", user.created_at);
  if (reader == audience::oneself) {
    json.text("email", user.email);
    json.boolean("email_verified", user.email_verified);
    json.text("locale", user.locale);
    json.text("timezone", user.timezone);
  }
  json.end_object();
}

void write_event(json_writer& json, const room_event& event) {
  json.begin_object();
  json.number("offset", event.offset);
  json.text("type", to_string(event.kind));
  write_person(json, "user", event.actor, event.actor_name);
  json.time("created_at", event.created_at);
  switch (event.kind) {
  case event_kind::room_renamed:
    json.text("name", event.text);
    break;
  case event_kind::member_added:
  case event_kind::member_removed:
    write_person(json, "member", event.target, event.target_name);
    break;
  default:
    json.text("text", event.text);
    json.text_if("key", event.key);
    json.number_if("reply_to", event.reply_to);
    json.text_if("sent_by", event.sent_by);
  }
  json.end_object();
}

void write_room(json_writer& json, const room_view& room) {
  json.begin_object();
  json.number("id", number_of(room.id));
  json.text("name", room.name);
  json.text("kind", to_string(room.kind));
  json.number("created_by", number_of(room.created_by));
  json.time("created_at", room.created_at);
  json.number("member_count", room.member_count);
  json.number("last_offset", room.last_offset);
  if (room.my_role == member_role::none)
    json.null("my_role");
  else
    json.text("my_role", to_string(room.my_role));
  json.true_if("guests_may_write", room.guests_may_write);
  if (room.my_role != member_role::none)
    json.number("unread", room.unread);
  if (room.last_message) {
    json.key("last_message");
    write_event(json, *room.last_message);
  }
  json.end_object();
}

void write_reminder(json_writer& json, const reminder_record& reminder) {
  json.begin_object();
  json.number("id", number_of(reminder.id));
  json.text("text", reminder.text);
  json.time("due_at", reminder.due_at);
  json.time("next_at", reminder.next_at);
  json.text("timezone", reminder.timezone);
  json.number_if("room_id", number_of(reminder.room));
  json.text("state", to_string(reminder.state));
  json.number("fired_count", reminder.fired_count);
  if (reminder.last_fired_at != timestamp{})
    json.time("last_fired_at", reminder.last_fired_at);
  json.time("created_at", reminder.created_at);
  json.true_if("email", reminder.email);
  json.end_object();
}

void write_member(json_writer& json, const member& entry) {
  json.begin_object();
  json.number("id", number_of(entry.user));
  json.text("username", entry.username);
  json.text("role", to_string(entry.role));
  json.time("added_at", entry.added_at);
  json.end_object();
}

void write_session(json_writer& json, const session_view& session, const session_id& current) {
  json.begin_object();
  json.text("id", to_string(session.id));
  json.text("device", session.device);
  json.text("address", session.address);
  json.time("created_at", session.created_at);
  json.time("last_used_at", session.last_used_at);
  json.boolean("current", session.id == current);
  json.end_object();
}

void write_tokens(json_writer& json, const issued_tokens& tokens) {
  json.begin_object();
  json.text("access_token", tokens.access_token.reveal());
  json.text("token_type", "Bearer");
  json.number("expires_in", tokens.expires_in);
  if (!tokens.cookie && !tokens.refresh_token.empty())
    json.text("refresh_token", tokens.refresh_token.reveal());
  json.number("refresh_expires_in", tokens.refresh_expires_in);
  json.text("session_id", to_string(tokens.session));
  if (!tokens.cookie && !tokens.device_token.empty()) {
    json.text("device_token", tokens.device_token.reveal());
    json.number("device_expires_in", tokens.device_expires_in);
  }
  json.key("user");
  write_user(json, tokens.user, audience::oneself);
  json.end_object();
}

void write_mail(json_writer& json, const mail_message& mail) {
  json.begin_object();
  json.number("id", mail.id);
  json.text("to", mail.to);
  json.text("subject", mail.subject);
  json.text("body", mail.body);
  json.time("created_at", mail.created_at);
  json.end_object();
}

void write_appended(json_writer& json, const appended& result) {
  json.begin_object();
  json.number("offset", result.offset);
  json.time("created_at", result.created_at);
  json.boolean("duplicate", result.duplicate);
  json.end_object();
}

void write_personal(json_writer& json, const personal_event& event) {
  json.begin_object();
  json.text("type", to_string(event.kind));
  if (event.kind == personal_kind::reminder_fired) {
    json.number("reminder_id", event.subject);
    json.text("text", event.text);
    json.time("due_at", event.due_at);
    json.time("fired_at", event.fired_at);
    json.number("fire_seq", event.fire_seq);
    json.number("late_ms", std::max<std::int64_t>(0, (event.fired_at - event.due_at).count()));
  } else {
    json.begin_object("room");
    json.number("id", event.subject);
    json.text("name", event.text);
    json.end_object();
  }
  json.end_object();
}

} // namespace callboard::http::wire

#pragma once

#include <string>

#include "adapters/http/wire/json_writer.hpp"
#include "messages/accounts.hpp"
#include "messages/queries.hpp"

namespace callboard::http::wire {

/// The shapes of protocol.md 2.1, written once for REST, rpc answers and publications.

enum class audience : std::uint8_t { everyone, oneself };

/// `oneself` sees e-mail, locale and time zone too.
void write_user(json_writer& json, const user_view& user, audience reader);
/// An entry of a room's log: what REST lists and what a publication's `data` is.
void write_event(json_writer& json, const room_event& event);
void write_room(json_writer& json, const room_view& room);
void write_reminder(json_writer& json, const reminder_record& reminder);
void write_member(json_writer& json, const member& entry);
/// `current`: the session that asks.
void write_session(json_writer& json, const session_view& session, const session_id& current);
/// With the cookie transport the refresh token is left out.
void write_tokens(json_writer& json, const issued_tokens& tokens);
void write_mail(json_writer& json, const mail_message& mail);
/// `{offset, created_at, duplicate}`
void write_appended(json_writer& json, const appended& result);
/// `data` of a publication on the personal channel.
void write_personal(json_writer& json, const personal_event& event);

/// `{items, next_cursor}`; `write` puts one item.
template <class Items, class Write>
void write_page(json_writer& json, const Items& items, const std::string& next, Write write) {
  json.begin_object();
  json.begin_array("items");
  for (const auto& item : items)
    write(json, item);
  json.end_array();
  if (next.empty())
    json.null("next_cursor");
  else
    json.text("next_cursor", next);
  json.end_object();
}

/// What `write` puts, as a text.
template <class Write>
std::string json_of(Write write) {
  std::string text;
  json_writer json{text};
  write(json);
  return text;
}

} // namespace callboard::http::wire

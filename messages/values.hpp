#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <caf/meta/type_name.hpp>
#include <caf/optional.hpp>

#include "messages/ids.hpp"

namespace callboard {

enum class role : std::uint8_t { guest = 0, user = 1, admin = 2 };
enum class room_kind : std::uint8_t { group = 0, direct = 1, open = 2 }; // `open` is "public" outside
enum class member_role : std::uint8_t { none = 0, member = 1, admin = 2, owner = 3 };

enum class event_kind : std::uint8_t {
  message = 0,
  edit = 1,
  deletion = 2,
  reaction = 3,
  member_added = 4,
  member_removed = 5,
  room_renamed = 6,
};

enum class reminder_state : std::uint8_t { scheduled = 0, firing, delivered, snoozed, cancelled, failed };

enum class personal_kind : std::uint8_t { room_added = 0, room_removed = 1, reminder_fired = 2 };

/// The texts of protocol.md ("guest", "public", "message", "member.added", "room.added", ...).
std::string to_string(role value);
std::string to_string(room_kind value);
std::string to_string(member_role value); // `none` is the empty text
std::string to_string(event_kind value);
std::string to_string(reminder_state value);
std::string to_string(personal_kind value);
bool from_string(std::string_view text, role& value);
bool from_string(std::string_view text, room_kind& value);

/// An authenticated caller: what a verified access token and its live session say.
struct principal {
  user_id user{};
  session_id session;
  callboard::role role = callboard::role::guest;
  std::string username;
  timestamp expires_at; // of the access token
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, principal& x) {
  return f(caf::meta::type_name("principal"), x.user, x.session, x.role, x.username, x.expires_at);
}

/// One entry of a room's log.
struct room_event {
  stream_offset offset = 0;
  event_kind kind = event_kind::message;
  user_id actor{};
  std::string actor_name;
  timestamp created_at;
  std::string text; // message text, or the new name of a renamed room
  std::string key;  // the sender's client key, or empty
  stream_offset reply_to = 0;
  user_id target{}; // of member events: who was added or removed
  std::string target_name;
  std::string sent_by; // of a message an admin sent in somebody's name: the admin's username
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, room_event& x) {
  return f(caf::meta::type_name("room_event"), x.offset, x.kind, x.actor, x.actor_name, x.created_at, x.text, x.key,
           x.reply_to, x.target, x.target_name, x.sent_by);
}

/// One entry of a user's personal stream. `subject` is the room's or reminder's number.
struct personal_event {
  stream_offset offset = 0;
  personal_kind kind = personal_kind::room_added;
  event_id cause; // the event of the log that led to it: appended once per cause
  std::int64_t subject = 0;
  std::string text; // room name or reminder text
  timestamp created_at;
  timestamp due_at;
  timestamp fired_at;
  std::uint32_t fire_seq = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, personal_event& x) {
  return f(caf::meta::type_name("personal_event"), x.offset, x.kind, x.cause, x.subject, x.text, x.created_at, x.due_at,
           x.fired_at, x.fire_seq);
}

struct user_view {
  user_id id{};
  std::string username;
  std::string full_name;
  callboard::role role = callboard::role::user;
  timestamp created_at;
  // Shown to oneself only:
  std::string email;
  bool email_verified = false;
  std::string locale;
  std::string timezone;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, user_view& x) {
  return f(caf::meta::type_name("user_view"), x.id, x.username, x.full_name, x.role, x.created_at, x.email,
           x.email_verified, x.locale, x.timezone);
}

struct member {
  user_id user{};
  std::string username;
  member_role role = member_role::member;
  timestamp added_at;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, member& x) {
  return f(caf::meta::type_name("member"), x.user, x.username, x.role, x.added_at);
}

/// A room as one caller sees it.
struct room_view {
  room_id id{};
  std::string name;
  room_kind kind = room_kind::group;
  user_id created_by{};
  timestamp created_at;
  std::uint32_t member_count = 0;
  stream_offset last_offset = 0;
  member_role my_role = member_role::none;
  bool guests_may_write = false;
  std::uint32_t unread = 0; // messages of others after the caller's read mark, counted up to 1,000
  caf::optional<room_event> last_message;
  bool replayed = false; // the answer to an Idempotency-Key that was used before
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, room_view& x) {
  return f(caf::meta::type_name("room_view"), x.id, x.name, x.kind, x.created_by, x.created_at, x.member_count,
           x.last_offset, x.my_role, x.guests_may_write, x.unread, x.last_message, x.replayed);
}

/// A reminder as stored. Every change raises `version`, which is how a stale change is recognised.
struct reminder_record {
  reminder_id id{};
  user_id owner{};
  std::string text;
  timestamp due_at;  // as asked for
  timestamp next_at; // when it fires next: `due_at`, or where a snooze moved it
  std::string timezone;
  callboard::room_id room{}; // 0 = none
  reminder_state state = reminder_state::scheduled;
  std::uint32_t fired_count = 0;
  timestamp last_fired_at; // epoch = never
  timestamp created_at;
  bool email = false;
  std::uint32_t version = 0;
  bool replayed = false; // the answer to an Idempotency-Key that was used before; not stored
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, reminder_record& x) {
  return f(caf::meta::type_name("reminder"), x.id, x.owner, x.text, x.due_at, x.next_at, x.timezone, x.room, x.state,
           x.fired_count, x.last_fired_at, x.created_at, x.email, x.version, x.replayed);
}

/// A connection in a room, as `presence` and the join and leave pushes show it.
struct client_info {
  user_id user{};
  std::string username;
  uuid client; // the connection's id
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, client_info& x) {
  return f(caf::meta::type_name("client_info"), x.user, x.username, x.client);
}

struct session_view {
  session_id id;
  std::string device;
  std::string address;
  timestamp created_at;
  timestamp last_used_at;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, session_view& x) {
  return f(caf::meta::type_name("session_view"), x.id, x.device, x.address, x.created_at, x.last_used_at);
}

/// A caught e-mail, as an admin sees it where no SMTP server is configured.
struct mail_message {
  std::int64_t id = 0;
  std::string to;
  std::string subject;
  std::string body;
  timestamp created_at;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, mail_message& x) {
  return f(caf::meta::type_name("mail_message"), x.id, x.to, x.subject, x.body, x.created_at);
}

} // namespace callboard

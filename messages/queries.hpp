#pragma once

#include <string>
#include <variant>
#include <vector>

#include <caf/optional.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include "messages/administration.hpp"
#include "messages/values.hpp"
#include "messages/writes.hpp"

namespace callboard {

/// Everything that is read from the store; each names its answer as `result`. Errors: `not_found` where one thing is
/// asked for, `unavailable` when the store does not answer.

/// A slice of a list. `next` continues it; empty at the end.
template <class T>
struct page {
  std::vector<T> items;
  std::string next;
};

struct credentials {
  user_view user;
  std::string password_hash;
  bool disabled = false;
  std::uint32_t password_version = 0; // another one with every change, not with an upgrade of the hash
};

/// By username or e-mail, case-insensitive.
struct find_credentials {
  std::string login;
  using result = credentials;
};

/// Whose token that is. `not_found` also if it has expired, or its user is disabled.
struct find_account_token {
  std::string hash;
  token_purpose purpose = token_purpose::reset_password;
  timestamp now;
  using result = user_view;
};

struct get_user {
  user_id user{};
  using result = user_view;
};

/// Users whose username or full name begins with `query` (all if empty), by id; deleted ones and guests left out.
struct search_users {
  std::string query;
  std::uint32_t limit = 50;
  std::string cursor;
  using result = page<user_view>;
};

/// All accounts but deleted ones, by id; those whose username or full name begins with `query`, or whose e-mail address
/// does.
struct list_accounts {
  std::string query;
  caf::optional<callboard::role> role;
  caf::optional<bool> disabled;
  std::uint32_t limit = 50;
  std::string cursor;
  using result = page<account_view>;
};

/// Deleted ones are `not_found`.
struct get_account {
  user_id user{};
  using result = account_view;
};

/// The audit log, the latest first. `user`: entries by them or about them; 0 = everybody's. Empty `type`: every type.
struct list_audit {
  user_id user{};
  std::string type;
  caf::optional<timestamp> from, to; // both included
  std::uint32_t limit = 50;
  std::string cursor;
  using result = page<audit_entry>;
};

/// Each name (username or e-mail) with the user it means; a user id of 0 where there is none.
struct resolve_names {
  std::vector<std::string> names;
  using result = std::vector<member>; // `username` as stored; same order and number as `names`
};

struct session_record {
  session_id session;
  user_view user;
  bool live = false;        // not ended, not expired, its user neither deleted nor disabled
  std::string ended_reason; // if somebody ended it
};

struct get_session {
  session_id session;
  timestamp now;
  using result = session_record;
};

/// What a new connection of a session must know, read at one moment. The tail is that of the session's user.
struct attachment_record {
  session_record session;
  stream_offset personal_tail = 0;
};

/// Errors: `not_found` if there never was such a session.
struct get_attachment {
  session_id session;
  timestamp now;
  using result = attachment_record;
};

struct list_sessions {
  user_id user{};
  timestamp now;
  using result = std::vector<session_view>; // live ones, the latest first
};

/// A session that somebody ended, and why.
struct session_end {
  session_id session;
  user_id user{};
  std::string reason;
};

/// Sessions that ended since; their access tokens may not have expired yet.
struct sessions_ended_since {
  timestamp since;
  using result = std::vector<session_end>;
};

struct room_record {
  room_view room; // `my_role`, `unread` and `last_message` are not filled
  std::vector<member> members;
};

/// What a room actor starts from.
struct load_room {
  room_id room{};
  using result = room_record;
};

/// A user's rooms, the most recently active first; or, with `open`, all public rooms.
struct list_rooms {
  user_id user{};
  bool open = false;
  std::uint32_t limit = 50;
  std::string cursor;
  using result = page<room_view>;
};

struct list_members {
  room_id room{};
  std::uint32_t limit = 50;
  std::string cursor;
  using result = page<member>;
};

/// Events of a room in rising offset: those after `after`, or with `before` > 0 the last ones before it.
/// At most `limit` and, but for the first, at most `max_bytes` of text.
struct read_events {
  room_id room{};
  stream_offset after = 0;
  stream_offset before = 0;
  std::uint32_t limit = 50;
  std::uint32_t max_bytes = 1u << 20;
  using result = std::vector<room_event>;
};

struct personal_page {
  std::vector<personal_event> events;
  stream_offset tail = 0; // the last offset of the stream
};

struct read_personal {
  user_id user{};
  stream_offset after = 0;
  std::uint32_t limit = 100;
  using result = personal_page;
};

struct get_reminder {
  user_id owner{};
  reminder_id id{};
  using result = reminder_record;
};

/// A user's reminders by `next_at`; `pending`: only those that will still fire.
struct list_reminders {
  user_id owner{};
  bool pending = false;
  std::uint32_t limit = 50;
  std::string cursor;
  using result = page<reminder_record>;
};

/// Reminders of a partition that fire until `until`, and those found `firing`; by `next_at`.
struct due_reminders {
  partition_id partition{};
  timestamp until;
  std::uint32_t limit = 10'000;
  using result = std::vector<reminder_record>;
};

/// Events of a partition's outbox in their order. With an epoch: `moved` if the partition has another one by now.
struct read_outbox {
  partition_id partition{};
  std::int64_t after = 0;
  std::uint32_t limit = 500;
  epoch_number epoch{};
  using result = std::vector<domain_event>;
};

/// Events that the log refused, the oldest first.
struct list_dead_events {
  std::uint32_t limit = 1'000;
  using result = std::vector<dead_event>;
};

/// Where a consumer goes on in each stream of a partition; streams of which it took nothing yet are left out. `moved`
/// if the partition has another epoch by now.
struct get_log_positions {
  std::string consumer;
  partition_id partition{};
  epoch_number epoch{};
  using result = std::vector<log_position>;
};

/// What was counted from `from` to `to`, both included.
struct get_analytics {
  day_number from{};
  day_number to{};
  std::uint32_t rooms = 20; // at most
  using result = analytics_report;
};

struct list_mail {
  std::uint32_t limit = 50;
  std::string cursor;
  using result = page<mail_message>; // the latest first
};

/// What an operator sees of the store.
struct store_status {
  std::string store_epoch; // changes only if the store was replaced; clients recover against it
  std::int64_t outbox_rows = 0;
  timestamp oldest_outbox_row; // epoch = none
};

struct get_store_status {
  using result = store_status;
};

/// Where the outbox has grown.
struct outbox_growth {
  std::int64_t last = 0;                // the position up to which this tells
  std::vector<partition_id> partitions; // those with events after the position that was asked for
};

/// Which partitions' outboxes hold events after a position, whichever node wrote them. Cheap when nothing was written.
struct get_outbox_growth {
  std::int64_t after = 0;
  using result = outbox_growth;
};

/// All signing keys, in the order in which they sign.
struct list_signing_keys {
  using result = std::vector<signing_key_record>;
};

using query = std::variant<find_credentials, find_account_token, get_user, search_users, list_accounts, get_account,
                           list_audit, resolve_names, get_session, get_attachment, list_sessions, sessions_ended_since,
                           load_room, list_rooms, list_members, read_events, read_personal, get_reminder,
                           list_reminders, due_reminders, read_outbox, list_dead_events, get_log_positions,
                           get_analytics, list_mail, get_store_status, get_outbox_growth, list_signing_keys>;

/// Reads; several connections, each query sees all that was committed before it was sent.
using store_actor = answers_each<query>;

} // namespace callboard

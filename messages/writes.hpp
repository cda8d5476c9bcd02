#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>
#include <caf/optional.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include "messages/administration.hpp"
#include "messages/analytics.hpp"
#include "messages/answering.hpp"
#include "messages/events.hpp"
#include "messages/password_writes.hpp"
#include "messages/signing_keys.hpp"
#include "messages/trace.hpp"
#include "messages/values.hpp"

namespace callboard {

/// Every change of the store is one of these operations. The log writer gathers all that wait into one transaction;
/// each names its answer as `result`. An operation either happens whole, with its events in the outbox, or not at all;
/// a refusal of one leaves the others of the batch untouched.
/// They never leave the node: a node writes only through its own connection.
/// An operation with a `trace` is a step of a request in that trace; its events carry it on.

/// Proof of ownership, checked in the transaction: another epoch in the store answers `moved`.
struct fence {
  partition_id partition{};
  epoch_number epoch{};
};

/// Where an event went. `duplicate`: the client key was seen before, and this is the first result.
/// `same_content`: of a duplicate, whether text and reply are those of the first.
struct appended {
  stream_offset offset = 0;
  timestamp created_at;
  bool duplicate = false;
  bool same_content = true;
};

/// An `Idempotency-Key` (24 h, per user and route). Another `body_hash` under the same key is `idempotency_mismatch`.
struct idempotency_claim {
  std::string route;
  std::string key;
  std::string body_hash;
};

// --- rooms: fenced by the room's partition ---

/// The trace of one event of an operation.
struct event_trace {
  std::size_t event = 0; // its place in the list
  trace_context trace;
};

/// Appends to a room's log, in this order, with consecutive offsets; a message whose (actor, key) exists is not
/// appended again. `not_found` if the room is gone. A message with `sent_by` also writes an audit entry.
struct append_events {
  fence guard;
  room_id room{};
  std::vector<room_event> events;       // `offset` and `created_at` are filled by the store
  std::vector<event_trace> traces = {}; // of those events that are in one, in their order
  using result = std::vector<appended>; // as many, in the same order
};

/// Makes a room with its members (the creator is its owner), all or nothing. Fenced by the creator's partition, and by
/// the new room's own, whose epoch is the one this node claimed. Refusals: `limit_exceeded` (rooms of one member).
struct create_room {
  fence guard;
  user_id creator{};
  std::string creator_name;
  std::string name;
  room_kind kind = room_kind::group;
  bool guests_may_write = false;
  std::vector<member> members; // besides the creator; existing users, no double
  std::uint32_t max_rooms_per_user = 0;
  caf::optional<idempotency_claim> idempotency; // a repetition answers the room made first
  trace_context trace = {};
  using result = room_view; // as the creator sees it
};

struct rename_room {
  fence guard;
  room_id room{};
  user_id actor{};
  std::string actor_name;
  std::string name;
  trace_context trace = {};
  using result = room_event; // kind room_renamed, as appended
};

/// Removes the room, its log and its memberships.
struct delete_room {
  fence guard;
  room_id room{};
  user_id actor{};
  trace_context trace = {};
  using result = done;
};

struct add_members {
  fence guard;
  room_id room{};
  user_id actor{};
  std::string actor_name;
  std::vector<member> members; // existing users; who is a member already is left out of the answer
  std::uint32_t max_rooms_per_user = 0;
  trace_context trace = {};
  using result = std::vector<room_event>; // kind member_added, as appended
};

struct remove_member {
  fence guard;
  room_id room{};
  user_id actor{};
  std::string actor_name;
  user_id target{};
  trace_context trace = {};
  using result = room_event; // kind member_removed, as appended; `not_found` if no member
};

/// Moves the read mark forward (never back).
struct mark_read {
  fence guard;
  room_id room{};
  user_id user{};
  stream_offset offset = 0;
  using result = std::uint32_t; // unread messages of others after it, counted up to 1,000
};

// --- accounts and sessions: rest on the rows themselves, any node may write them ---

struct register_user {
  std::string username; // lower case
  std::string email;    // may be empty for guests and imported users
  std::string full_name;
  std::string password_hash; // empty: no log-in by password
  callboard::role role = callboard::role::user;
  trace_context trace = {};
  using result = user_view; // `conflict` with fields /username, /email
};

struct update_user {
  user_id user{};
  caf::optional<std::string> full_name, email, locale, timezone;
  using result = user_view;
};

/// Replaces a hash if it is still `old_hash` (upgrade of cost or scheme at log-in); otherwise changes nothing.
struct upgrade_password_hash {
  user_id user{};
  std::string old_hash, new_hash;
  using result = done;
};

/// What was removed with a user, for those who hold it in memory.
struct deleted_user {
  std::vector<session_id> sessions;
  std::vector<room_id> rooms;         // left, with a `member_removed` event appended in each
  std::vector<room_id> deleted_rooms; // where nobody was left
  std::vector<reminder_id> reminders;
};

/// Removes sessions, memberships, reminders, the personal stream, caught mail and personal data of a user in one
/// transaction. Messages stay for the others, their author shown as `deleted-<id>`. Refusals: `not_found`; `last_admin`
/// if no other admin is left who is not disabled.
struct delete_user {
  user_id user{};
  trace_context trace = {};
  using result = deleted_user;
};

/// Opens a session; all sessions of the user beyond `max_sessions`, the oldest first, end in the same transaction.
struct open_session {
  session_id session;
  user_id user{};
  std::string refresh_hash; // SHA-256 of generation 1's secret; empty: a session that cannot be refreshed
  bool cookie = false;      // the refresh token travels in the cookie only
  std::string device, address;
  timestamp now, idle_expires_at, absolute_expires_at;
  std::uint32_t max_sessions = 10;
  /// Of the password that was verified; another one by now is `invalid_credentials`.
  caf::optional<std::uint32_t> password_version;
  trace_context trace = {};
  using result = std::vector<session_id>; // the evicted ones
};

enum class rotation : std::uint8_t {
  rotated,    // the presented token was the current one; its successor is now
  repeated,   // the immediate predecessor within its grace: the same successor is still current
  superseded, // a later generation is current: reuse if the caller can prove the token was genuine
  ended,      // the session is over, expired or unknown
};

struct rotation_outcome {
  rotation kind = rotation::ended;
  std::uint32_t generation = 0; // the current one
  std::string current_hash;     // of the current one
  user_id user{};
  bool cookie = false;
  timestamp absolute_expires_at;
  std::string ended_reason; // of a session that somebody ended
};

/// The one compare-and-swap of a refresh (security.md 9, 10).
struct rotate_refresh {
  session_id session;
  std::uint32_t generation = 0; // of the presented token
  std::string presented_hash, successor_hash;
  bool cookie = false; // how it was presented; must be how the session was opened
  timestamp now, idle_expires_at;
  std::chrono::milliseconds grace{0};
  using result = rotation_outcome;
};

/// Ends sessions of a user: those listed, or with `all` every live one but those listed.
struct end_sessions {
  user_id user{};
  std::vector<session_id> sessions;
  bool all = false;
  // "logout", "revoked", "reused", "evicted", "deleted", "password_changed", "disabled", "role_changed"
  std::string reason;
  timestamp now;
  using result = std::vector<session_id>; // those that were live
};

// --- reminders and personal streams: fenced by the user's partition ---

struct create_reminder {
  fence guard;
  reminder_record reminder; // without `id`
  std::uint32_t max_pending = 1000;
  caf::optional<idempotency_claim> idempotency;
  trace_context trace = {};
  using result = reminder_record;
};

/// Stores a changed reminder if its version is still `record.version - 1`; otherwise `conflict`.
/// `event` is the type that goes to the outbox ("reminder.cancelled", ...), or empty.
struct change_reminder {
  fence guard;
  reminder_record record;
  std::string event;
  trace_context trace = {};
  using result = reminder_record;
};

/// The answer of a firing: the reminder in state `firing`, and its event in the owner's personal stream.
struct fired_reminder {
  reminder_record record;
  personal_event event;
};

/// Fires once: only from `scheduled` or `snoozed` and only at this version, with its event of the personal stream and
/// its outbox row in the same transaction; otherwise `conflict`.
struct fire_reminder {
  fence guard;
  reminder_id id{};
  std::uint32_t version = 0;
  timestamp now;
  using result = fired_reminder;
};

/// Appends to a personal stream once per `event.cause`; a repetition answers the first offset as a duplicate.
struct append_personal {
  fence guard;
  user_id user{};
  personal_event event;
  using result = appended;
};

// --- the node's own ---

/// Takes partitions over: raises their epochs (architecture, section 5).
struct claim_partitions {
  std::string owner;
  std::vector<partition_id> partitions;
  using result = std::vector<epoch_number>; // as many, in the same order
};

/// Removes outbox rows of a partition up to and including `up_to`.
struct trim_outbox {
  fence guard;
  std::int64_t up_to = 0;
  using result = done;
};

/// Keeps events that the log refused; one that is kept already stays as it is. Any node may write them: an id is kept
/// once, whoever found it refused.
struct keep_dead_events {
  std::vector<dead_event> events;
  using result = done;
};

/// Puts dead events back into the outbox under their own ids; all of them if `ids` is empty. Answers how many.
struct replay_dead_events {
  std::vector<event_id> ids;
  using result = std::uint32_t;
};

/// Counts events, each id once whatever was counted before, and moves the consumer's position in their stream,
/// together.
struct count_events {
  fence guard;
  std::string consumer;
  log_position position;             // where the consumer goes on when these are counted
  std::vector<counted_event> events; // each id once
  using result = events_counted;
};

/// Removes ids of counted events, and figures of single rooms and users, that are older than what is kept; at most
/// `limit` of each kind. Answers how many of the kind that had the most.
struct forget_counted {
  fence guard;
  std::string consumer;
  timestamp ids_before;
  day_number days_before{};
  std::uint32_t limit = 1'000;
  using result = std::uint32_t;
};

/// Tells the log of a log-in that was refused (`login.failed`). The first one that a lock refuses tells of the lock
/// too, with `user.locked` and an entry in the audit log.
struct tell_refused_login {
  user_id user{};         // 0 = nobody known
  std::string reason;     // "unknown_user", "wrong_password", "disabled", "locked"
  timestamp locked_until; // of a locked account
  std::string address;    // from where it was tried
  using result = done;
};

/// Tells the log that news went to a user outside of callboard, or finally did not (`notification.sent`, `.failed`).
struct tell_notification {
  user_id user{};
  std::string channel; // "email"
  bool sent = false;
  std::string reason; // of a failure: the code of the last error
  using result = done;
};

struct keep_mail {
  mail_message mail;           // without `id`
  std::uint32_t keep = 10'000; // older ones beyond this count go
  using result = std::int64_t;
};

/// Adds an entry to the audit log, and removes some that are older than what is kept.
struct write_audit {
  std::string type;                // OWASP logging vocabulary, e.g. "authn_login_fail"
  user_id actor{};                 // who did it; 0 = nobody known
  user_id subject{};               // whose account it is about
  std::vector<audit_field> fields; // becomes a JSON object, each value cut to 200 bytes
  std::string address;
  timestamp now;
  using result = done;
};

using write_op = std::variant<append_events, create_room, rename_room, delete_room, add_members, remove_member,
                              mark_read, register_user, update_user, upgrade_password_hash, change_access, delete_user,
                              open_session, rotate_refresh, end_sessions, change_password, keep_account_token,
                              reset_password, verify_email, create_reminder, change_reminder, fire_reminder,
                              append_personal, claim_partitions, trim_outbox, keep_dead_events, replay_dead_events,
                              count_events, forget_counted, tell_refused_login, tell_notification, keep_mail,
                              write_audit, add_signing_key, retire_signing_key, note_token_life, note_token_end>;

/// The answer to one operation: its `result` or the error that refused it.
using write_answer =
    std::variant<caf::error, done, std::vector<appended>, room_view, room_event, std::vector<room_event>, std::uint32_t,
                 user_view, changed_access, deleted_user, std::vector<session_id>, rotation_outcome, reminder_record,
                 fired_reminder, appended, std::vector<epoch_number>, events_counted, std::int64_t>;

/// Operations of one transaction, and their answers in the same order.
struct write_batch {
  std::vector<write_op> operations;
};
struct write_answers {
  std::vector<write_answer> answers;
  std::vector<partition_id> touched; // whose outbox got rows, each once: their relays are woken
};
using write_batch_ptr = std::shared_ptr<const write_batch>;
using write_answers_ptr = std::shared_ptr<write_answers>;

/// A write connection: runs a batch as one transaction. An error means that nothing of the batch was committed.
using write_connection_actor = caf::typed_actor<caf::replies_to<write_batch_ptr>::with<write_answers_ptr>>;

/// Group commit: takes any operation, answers it after the commit. Always answers.
using log_writer_actor = answers_each<write_op>;

} // namespace callboard

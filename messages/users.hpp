#pragma once

#include <memory>
#include <string>
#include <vector>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include "messages/commands.hpp"
#include "messages/delivery.hpp"
#include "messages/queries.hpp"
#include "messages/rooms.hpp"
#include "messages/trace.hpp"
#include "messages/values.hpp"
#include "messages/writes.hpp"

namespace callboard {

/// The connection is gone.
struct connection_closed {};

/// A page of a backlog has left the connection's queue; `token` as given to `outlet::send_page`.
struct connection_drained {
  std::uint64_t token = 0;
};

/// New events of the personal stream, committed.
struct personal_batch {
  std::vector<personal_event> events;
};

/// The session is over: close the connection, after saying why.
struct session_ended {
  std::string reason;
};

/// The server shuts down: close with 3001.
struct shut_down {};

/// One per WebSocket connection: who it is, its subscriptions, its credits.
using session_actor =
    caf::typed_actor<caf::reacts_to<client_commands>, caf::reacts_to<connection_closed>,
                     caf::reacts_to<connection_drained>, caf::reacts_to<personal_batch>, caf::reacts_to<session_ended>,
                     caf::reacts_to<shut_down>, caf::reacts_to<subscription_changed>>;

/// Requests to a user, at its partition's owner.

/// A connection of the user: it gets the personal stream from here on and hears when its session ends. Errors:
/// `limit_exceeded`, `not_found` (no such session).
struct user_attach {
  user_id user{};
  callboard::session_id session;
  session_actor connection;
  timestamp now;
};
struct user_attached {
  attachment_record found;    // read after the connection was attached: no revocation falls between
  caf::strong_actor_ptr user; // to be monitored: when it goes, attach again
};
struct user_detach {
  user_id user{};
  session_actor connection;
};
/// Appends to the personal stream, once per cause, and delivers it.
struct user_append {
  user_id user{};
  personal_event event;
};
/// Delivers an event that is committed already; answers to how many connections.
struct user_deliver {
  user_id user{};
  personal_event event;
};
/// Ends connections: of these sessions, or with `all` of every session but these.
struct user_end_sessions {
  user_id user{};
  std::vector<callboard::session_id> sessions;
  bool all = false;
  std::string reason;
};
/// Makes a room. `members` are names (username or e-mail); an unknown one refuses all.
struct user_create_room {
  principal who;
  create_room_command form;
  caf::optional<idempotency_claim> idempotency;
  trace_context trace = {};
};

using user_actor =
    caf::typed_actor<caf::replies_to<user_attach>::with<user_attached>, caf::reacts_to<user_detach>,
                     caf::replies_to<user_append>::with<appended>, caf::replies_to<user_deliver>::with<std::uint32_t>,
                     caf::reacts_to<user_end_sessions>, caf::replies_to<user_create_room>::with<room_view>>;

/// Requests about reminders, at the partition of their owner.
struct reminder_add {
  principal who;
  reminder_record reminder; // without `id`
  caf::optional<idempotency_claim> idempotency;
  trace_context trace = {};
};
/// Changes what is set. `text`, `due_at`: as in the request; a reminder that fired already is scheduled again.
struct reminder_edit {
  principal who;
  reminder_id id{};
  caf::optional<std::string> text;
  caf::optional<timestamp> due_at;
  trace_context trace = {};
};
struct reminder_cancel {
  principal who;
  reminder_id id{};
  trace_context trace = {};
};
struct reminder_snooze {
  principal who;
  reminder_id id{};
  timestamp until;
  trace_context trace = {};
};
struct reminder_done {
  principal who;
  reminder_id id{};
  trace_context trace = {};
};
/// The reminders of a deleted user: forget them.
struct reminders_forget {
  user_id user{};
  std::vector<reminder_id> reminders;
};

using reminder_desk_actor = caf::typed_actor<
    caf::replies_to<reminder_add>::with<reminder_record>, caf::replies_to<reminder_edit>::with<reminder_record>,
    caf::replies_to<reminder_cancel>::with<reminder_record>, caf::replies_to<reminder_snooze>::with<reminder_record>,
    caf::replies_to<reminder_done>::with<reminder_record>, caf::reacts_to<reminders_forget>>;

/// One reminder that is due soon.
struct reminder_changed {
  reminder_record record; // as stored now
};
using reminder_actor = caf::typed_actor<caf::reacts_to<reminder_changed>>;

/// Brings news to a user by e-mail: a fired reminder, a link.
struct notify_by_mail {
  user_id user{};
  std::string subject;
  std::string body;
  std::string to; // empty: the address that the user has when it is sent
};
using notifier_actor = caf::typed_actor<caf::replies_to<notify_by_mail>::with<done>>;
using mailer_actor = caf::typed_actor<caf::replies_to<mail_message>::with<done>>;

} // namespace callboard

#pragma once

#include <caf/expected.hpp>
#include <caf/optional.hpp>

#include "adapters/http/wire/form.hpp"
#include "messages/commands.hpp"

namespace callboard::http::wire {

/// Bodies that REST and rpc have in common (protocol.md 1.1: "as POST /rooms", "as REST").

/// `{name, members?, kind?, guests_may_write?}`. Errors: `validation_failed` with every bad field.
caf::expected<create_room_command> read_room_form(const boost::json::object& body);

/// `{text, due_at | in, timezone?, room_id?, email?}`; `now` is what `in` counts from. Errors: `validation_failed`,
/// `not_available` for `rrule`.
caf::expected<create_reminder_command> read_reminder_form(const boost::json::object& body, timestamp now);

/// The time that a body names: by `due_at` or another field of RFC 3339, or by `in`. A form with both, or with a time
/// that cannot be read, is refused, and with `required` one with neither.
caf::optional<timestamp> read_moment(form& fields, std::string_view time_field, timestamp now, bool required);

/// The name of a time zone, if there is one.
caf::optional<std::string> read_timezone(form& fields);

} // namespace callboard::http::wire

#pragma once

#include <optional>
#include <string>

#include "messages/values.hpp"

namespace callboard::core {

/// The life of a reminder, as a pure function of its record: each command answers the changed record (its version one
/// higher) and the event that tells of it, or nothing where the state does not allow it.
///
///   scheduled, snoozed --fire--> firing --delivered--> delivered | failed
///   scheduled, snoozed, firing, delivered --snooze--> snoozed
///   scheduled, snoozed, firing --cancel--> cancelled
///   scheduled, snoozed, firing, delivered --done--> delivered
///   scheduled, snoozed --edit--> scheduled (a new time) or as it was (a new text)
struct reminder_step {
  reminder_record record;
  std::string event; // type of the domain event, or empty
};

/// Will fire in future.
bool is_pending(const reminder_record& record);

/// Fires it. Only the store decides (one compare-and-swap); this is the same rule for memory.
std::optional<reminder_step> fire(const reminder_record& record, timestamp now);

/// Its owner got it (or, with `failed`, could not be reached).
std::optional<reminder_step> settle(const reminder_record& record, bool failed);

std::optional<reminder_step> cancel(const reminder_record& record);
std::optional<reminder_step> snooze(const reminder_record& record, timestamp until);
std::optional<reminder_step> finish(const reminder_record& record);

/// Another text, another time, or both; null leaves it.
std::optional<reminder_step> edit(const reminder_record& record, const std::string* text, const timestamp* due_at);

} // namespace callboard::core

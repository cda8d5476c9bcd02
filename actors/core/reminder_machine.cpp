#include "actors/core/reminder_machine.hpp"

namespace callboard::core {
namespace {

reminder_step step(reminder_record record, reminder_state state, std::string event) {
  record.state = state;
  ++record.version;
  return {std::move(record), std::move(event)};
}

} // namespace

bool is_pending(const reminder_record& record) {
  return record.state == reminder_state::scheduled || record.state == reminder_state::snoozed;
}

std::optional<reminder_step> fire(const reminder_record& record, timestamp now) {
  if (!is_pending(record))
    return std::nullopt;
  auto next = step(record, reminder_state::firing, "reminder.fired");
  next.record.last_fired_at = now;
  ++next.record.fired_count;
  return next;
}

std::optional<reminder_step> settle(const reminder_record& record, bool failed) {
  if (record.state != reminder_state::firing)
    return std::nullopt;
  return failed ? step(record, reminder_state::failed, "reminder.failed")
                : step(record, reminder_state::delivered, "reminder.delivered");
}

std::optional<reminder_step> cancel(const reminder_record& record) {
  if (!is_pending(record) && record.state != reminder_state::firing)
    return std::nullopt;
  return step(record, reminder_state::cancelled, "reminder.cancelled");
}

std::optional<reminder_step> snooze(const reminder_record& record, timestamp until) {
  if (record.state == reminder_state::cancelled || record.state == reminder_state::failed)
    return std::nullopt;
  auto next = step(record, reminder_state::snoozed, "reminder.snoozed");
  next.record.next_at = until;
  return next;
}

std::optional<reminder_step> finish(const reminder_record& record) {
  if (record.state == reminder_state::cancelled || record.state == reminder_state::failed)
    return std::nullopt;
  return step(record, reminder_state::delivered, record.state == reminder_state::delivered ? "" : "reminder.delivered");
}

std::optional<reminder_step> edit(const reminder_record& record, const std::string* text, const timestamp* due_at) {
  if (!is_pending(record))
    return std::nullopt;
  auto next = step(record, record.state, "");
  if (text)
    next.record.text = *text;
  if (due_at) {
    next.record.due_at = *due_at;
    next.record.next_at = *due_at;
    next.record.state = reminder_state::scheduled;
    next.event = "reminder.created";
  }
  return next;
}

} // namespace callboard::core

#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

reminder_record apply(work& unit, const create_reminder& op);
reminder_record apply(work& unit, const change_reminder& op);
fired_reminder apply(work& unit, const fire_reminder& op);
reminder_record answer(reading& from, const get_reminder& question);
page<reminder_record> answer(reading& from, const list_reminders& question);
std::vector<reminder_record> answer(reading& from, const due_reminders& question);

/// Removes all reminders of a user, with `reminder.cancelled` for those that would still have fired.
std::vector<reminder_id> erase_reminders(work& unit, user_id owner);

} // namespace callboard::sql

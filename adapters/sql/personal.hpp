#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

appended apply(work& unit, const append_personal& op);
personal_page answer(reading& from, const read_personal& question);

/// Appends to a user's stream unless its cause is there already.
appended append_to_stream(work& unit, user_id user, const personal_event& event);

} // namespace callboard::sql

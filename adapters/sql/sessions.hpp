#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

std::vector<session_id> apply(work& unit, const open_session& op);
rotation_outcome apply(work& unit, const rotate_refresh& op);
std::vector<session_id> apply(work& unit, const end_sessions& op);
session_record answer(reading& from, const get_session& question);
attachment_record answer(reading& from, const get_attachment& question);
std::vector<session_view> answer(reading& from, const list_sessions& question);
std::vector<session_end> answer(reading& from, const sessions_ended_since& question);

/// Ends a session of a user and emits `session.revoked`. False if it is not there (any more).
bool end_session(work& unit, user_id user, const session_id& session, const std::string& reason, timestamp now);

/// Ends every session of a user but `kept`, expired ones that are still kept too.
std::vector<session_id> end_all_sessions(work& unit, user_id user, const std::string& reason,
                                         const session_id& kept = {});

} // namespace callboard::sql

#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

std::vector<room_event> answer(reading& from, const read_events& question);

/// Appends events of the server itself (members, names), which have no client key, with consecutive offsets and fills
/// `offset` and `created_at`. What clients send goes by append_together.hpp.
/// False if the room is gone.
bool append_to_log(work& unit, room_id room, std::vector<room_event>& events);

/// The columns that `read_room_event` takes, from `room_events AS e` joined with the names of its users.
inline constexpr std::string_view room_event_columns =
    R"(e."offset", e.kind, e.actor_id, COALESCE(a.username, ''), e.created_at, e.body, COALESCE(e.client_key, ''),
       e.reply_to, e.target, COALESCE(t.username, ''), COALESCE(s.username, ''))";
room_event read_room_event(rows& from, int first_column);

} // namespace callboard::sql

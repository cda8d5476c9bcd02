#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

room_view apply(work& unit, const create_room& op);
room_event apply(work& unit, const rename_room& op);
done apply(work& unit, const delete_room& op);
room_record answer(reading& from, const load_room& question);
page<room_view> answer(reading& from, const list_rooms& question);

/// Removes a room with its log and memberships and emits `room.deleted`, which names all members.
void erase_room(work& unit, room_id room, user_id actor);

/// The name of a room, or a refusal.
std::string name_of_room(connection& db, room_id room);

/// Messages of others after the mark, counted up to 1,000.
std::uint32_t count_unread(connection& db, room_id room, user_id user, stream_offset mark);

/// Refuses whoever would be in more rooms than `max_rooms`; 0 = no limit.
void check_room_count(connection& db, user_id user, std::uint32_t max_rooms, const std::string& pointer);

} // namespace callboard::sql

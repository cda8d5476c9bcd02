#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

std::vector<room_event> apply(work& unit, const add_members& op);
room_event apply(work& unit, const remove_member& op);
std::uint32_t apply(work& unit, const mark_read& op);
page<member> answer(reading& from, const list_members& question);

/// All members of a room by user id.
std::vector<member> all_members(connection& db, room_id room);

/// Refuses with `unknown_members` if one of them does not exist; `pointer` and its index name the field.
void check_users_exist(connection& db, const std::vector<member>& users, const std::string& pointer);

/// Emits `member.added` or `member.removed`.
void emit_membership(work& unit, partition_id partition, std::string_view type, room_id room,
                     const std::string& room_name, user_id actor, user_id target);

/// Takes a member out of a room: `not_found` if there is none of this id.
room_event drop_member(work& unit, partition_id partition, room_id room, user_id actor, const std::string& actor_name,
                       user_id target);

} // namespace callboard::sql

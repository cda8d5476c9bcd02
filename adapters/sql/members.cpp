#include "adapters/sql/members.hpp"

#include <algorithm>

#include "adapters/sql/event_json.hpp"
#include "adapters/sql/numbers.hpp"
#include "adapters/sql/room_events.hpp"
#include "adapters/sql/rooms.hpp"

namespace callboard::sql {
namespace {

std::optional<std::string> username_of(connection& db, user_id user) {
  auto found = select(db, "SELECT username FROM users WHERE id = $1 AND deleted = 0", user);
  if (!found.next())
    return std::nullopt;
  return found.get<std::string>(0);
}

bool is_member(connection& db, room_id room, user_id user) {
  return select(db, "SELECT 1 FROM members WHERE room_id = $1 AND user_id = $2", room, user).next();
}

member read_member(rows& from) {
  return {from.get<user_id>(0), from.get<std::string>(1), from.get<member_role>(2), from.get<timestamp>(3)};
}

} // namespace

void check_users_exist(connection& db, const std::vector<member>& users, const std::string& pointer) {
  std::vector<field_error> unknown;
  for (std::size_t i = 0; i < users.size(); ++i)
    if (!username_of(db, users[i].user))
      unknown.push_back(
          {pointer.ends_with('/') ? pointer + std::to_string(i) : pointer, "unknown_user", "There is no such user."});
  if (!unknown.empty())
    refuse(errc::unknown_members, "Some members do not exist.", std::move(unknown));
}

void emit_membership(work& unit, partition_id partition, std::string_view type, room_id room,
                     const std::string& room_name, user_id actor, user_id target) {
  unit.emit(partition, rooms_topic, type, number_of(room),
            event_json{}
                .add("room_id", room)
                .add("room_name", room_name)
                .add("user_id", target)
                .add("actor_id", actor)
                .add("created_at", unit.now)
                .take());
}

std::vector<room_event> apply(work& unit, const add_members& op) {
  auto room_name = name_of_room(unit.db, op.room);
  check_users_exist(unit.db, op.members, "/members/");

  std::vector<room_event> events;
  for (std::size_t i = 0; i < op.members.size(); ++i) {
    auto& added = op.members[i];
    auto is_new = std::none_of(events.begin(), events.end(), [&](auto& e) { return e.target == added.user; });
    if (!is_new || is_member(unit.db, op.room, added.user))
      continue;
    check_room_count(unit.db, added.user, op.max_rooms_per_user, "/members/" + std::to_string(i));
    room_event event;
    event.kind = event_kind::member_added;
    event.actor = op.actor;
    event.actor_name = op.actor_name;
    event.target = added.user;
    event.target_name = username_of(unit.db, added.user).value_or("");
    // What was said before they came does not count as unread.
    run(unit.db,
        "INSERT INTO members (room_id, user_id, role, added_at, read_offset) "
        "SELECT id, $2, $3, $4, last_offset FROM rooms WHERE id = $1",
        op.room, added.user, added.role, unit.now);
    events.push_back(std::move(event));
  }
  if (events.empty())
    return events;
  append_to_log(unit, op.room, events);
  run(unit.db, "UPDATE rooms SET member_count = member_count + $2 WHERE id = $1", op.room, events.size());
  for (auto& event : events)
    emit_membership(unit, op.guard.partition, "member.added", op.room, room_name, op.actor, event.target);
  return events;
}

room_event drop_member(work& unit, partition_id partition, room_id room, user_id actor, const std::string& actor_name,
                       user_id target) {
  auto room_name = name_of_room(unit.db, room);
  if (run(unit.db, "DELETE FROM members WHERE room_id = $1 AND user_id = $2", room, target) == 0)
    refuse(errc::not_found, "This user is no member of the room.");
  run(unit.db, "UPDATE rooms SET member_count = member_count - 1 WHERE id = $1", room);
  room_event event;
  event.kind = event_kind::member_removed;
  event.actor = actor;
  event.actor_name = actor_name;
  event.target = target;
  event.target_name = username_of(unit.db, target).value_or("");
  std::vector<room_event> events{std::move(event)};
  append_to_log(unit, room, events);
  emit_membership(unit, partition, "member.removed", room, room_name, actor, target);
  return std::move(events.front());
}

room_event apply(work& unit, const remove_member& op) {
  return drop_member(unit, op.guard.partition, op.room, op.actor, op.actor_name, op.target);
}

std::uint32_t apply(work& unit, const mark_read& op) {
  stream_offset last = 0;
  {
    auto found = select(unit.db, "SELECT last_offset FROM rooms WHERE id = $1", op.room);
    if (!found.next())
      refuse(errc::not_found, "The room does not exist.");
    last = found.get<stream_offset>(0);
  }
  auto mark = std::min(op.offset, last);
  {
    auto found =
        select(unit.db, "SELECT read_offset FROM members WHERE room_id = $1 AND user_id = $2", op.room, op.user);
    // Whoever reads a public room without being a member has no mark to move.
    if (!found.next())
      return count_unread(unit.db, op.room, op.user, mark);
    auto stored = found.get<stream_offset>(0);
    if (mark <= stored)
      return count_unread(unit.db, op.room, op.user, stored);
  }
  run(unit.db, "UPDATE members SET read_offset = $3 WHERE room_id = $1 AND user_id = $2", op.room, op.user, mark);
  return count_unread(unit.db, op.room, op.user, mark);
}

std::vector<member> all_members(connection& db, room_id room) {
  std::vector<member> members;
  auto found = select(db,
                      "SELECT m.user_id, u.username, m.role, m.added_at FROM members AS m "
                      "JOIN users AS u ON u.id = m.user_id WHERE m.room_id = $1 ORDER BY m.user_id",
                      room);
  while (found.next())
    members.push_back(read_member(found));
  return members;
}

page<member> answer(reading& from, const list_members& question) {
  name_of_room(from.db, question.room);
  auto [last] = parse_cursor<1>(question.cursor, {0});
  auto limit = page_size(question.limit);
  page<member> result;
  auto found = select(from.db,
                      "SELECT m.user_id, u.username, m.role, m.added_at FROM members AS m "
                      "JOIN users AS u ON u.id = m.user_id WHERE m.room_id = $1 AND m.user_id > $2 "
                      "ORDER BY m.user_id LIMIT $3",
                      question.room, last, limit + 1);
  while (found.next()) {
    if (result.items.size() == limit) {
      result.next = make_cursor<1>({number_of(result.items.back().user)});
      break;
    }
    result.items.push_back(read_member(found));
  }
  return result;
}

} // namespace callboard::sql

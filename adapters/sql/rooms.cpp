#include "adapters/sql/rooms.hpp"

#include <limits>

#include "adapters/sql/event_json.hpp"
#include "adapters/sql/idempotency.hpp"
#include "adapters/sql/members.hpp"
#include "adapters/sql/numbers.hpp"
#include "adapters/sql/partitions.hpp"
#include "adapters/sql/room_events.hpp"

namespace callboard::sql {
namespace {

constexpr std::string_view create_route = "rooms";

constexpr std::string_view room_columns =
    "r.id, r.name, r.kind, r.created_by, r.created_at, r.member_count, r.last_offset, r.guests_may_write";

room_view read_room(rows& from) {
  room_view room;
  room.id = from.get<room_id>(0);
  room.name = from.get<std::string>(1);
  room.kind = from.get<room_kind>(2);
  room.created_by = from.get<user_id>(3);
  room.created_at = from.get<timestamp>(4);
  room.member_count = from.get<std::uint32_t>(5);
  room.last_offset = from.get<stream_offset>(6);
  room.guests_may_write = from.get<bool>(7);
  return room;
}

std::optional<room_view> find_room(connection& db, room_id id) {
  static const auto text = "SELECT " + std::string{room_columns} + " FROM rooms AS r WHERE r.id = $1";
  auto found = select(db, text, id);
  if (!found.next())
    return std::nullopt;
  return read_room(found);
}

caf::optional<room_event> find_last_message(connection& db, room_id room) {
  static const auto text =
      "SELECT " + std::string{room_event_columns} + R"( FROM room_events AS e LEFT JOIN users AS a ON a.id = e.actor_id
                                 LEFT JOIN users AS t ON t.id = e.target LEFT JOIN users AS s ON s.id = e.sent_by
                                 WHERE e.room_id = $1 AND e.kind = 0 ORDER BY e."offset" DESC LIMIT 1)";
  auto found = select(db, text, room);
  if (!found.next())
    return caf::none;
  return read_room_event(found, 0);
}

/// Fills what depends on the reader. The mark of somebody who is no member is the end: nothing is unread.
void fill_for_reader(connection& db, user_id reader, room_view& room) {
  std::optional<stream_offset> mark;
  {
    auto found =
        select(db, "SELECT role, read_offset FROM members WHERE room_id = $1 AND user_id = $2", room.id, reader);
    if (found.next()) {
      room.my_role = found.get<member_role>(0);
      mark = found.get<stream_offset>(1);
    }
  }
  if (mark)
    room.unread = count_unread(db, room.id, reader, *mark);
  room.last_message = find_last_message(db, room.id);
}

/// The next id whose partition is this node's, as proven by the operation's own guard. In an installation of one node
/// that is the next id.
std::pair<room_id, partition_id> take_room_id(work& unit, const fence& guard) {
  auto owner = partition_of_store(unit, guard.partition).owner;
  for (unsigned attempt = 0; attempt < 64 * unit.settings.partitions; ++attempt) {
    room_id id{take_numbers(unit, "rooms")};
    auto partition = unit.settings.partition_for(id);
    if (partition_of_store(unit, partition).owner == owner)
      return {id, partition};
  }
  refuse(errc::moved, "No partition for a new room belongs to this node.");
}

room_view repeat_creation(work& unit, const create_room& op, std::int64_t id) {
  auto room = find_room(unit.db, room_id{id});
  if (!room)
    refuse(errc::not_found, "The room that was made with this key does not exist any more.");
  fill_for_reader(unit.db, op.creator, *room);
  room->replayed = true;
  return *room;
}

std::int64_t insert_members(work& unit, room_id room, const create_room& op) {
  auto add = [&](user_id user, member_role role) {
    return run(unit.db,
               "INSERT INTO members (room_id, user_id, role, added_at, read_offset) VALUES ($1, $2, $3, $4, 0) "
               "ON CONFLICT DO NOTHING",
               room, user, role, unit.now);
  };
  auto count = add(op.creator, member_role::owner);
  for (auto& other : op.members)
    count += add(other.user, other.role);
  return count;
}

} // namespace

room_view apply(work& unit, const create_room& op) {
  if (op.idempotency)
    if (auto id = find_claim(unit, op.creator, create_route, *op.idempotency))
      return repeat_creation(unit, op, *id);

  check_users_exist(unit.db, {member{op.creator, op.creator_name, member_role::owner, {}}}, "/creator");
  check_users_exist(unit.db, op.members, "/members/");
  check_room_count(unit.db, op.creator, op.max_rooms_per_user, "");
  for (std::size_t i = 0; i < op.members.size(); ++i)
    check_room_count(unit.db, op.members[i].user, op.max_rooms_per_user, "/members/" + std::to_string(i));

  auto [id, partition] = take_room_id(unit, op.guard);
  run(unit.db,
      "INSERT INTO rooms (id, name, kind, created_by, created_at, guests_may_write, member_count, last_offset, "
      "active_at) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $5)",
      id, op.name, op.kind, op.creator, unit.now, op.guests_may_write);
  auto count = insert_members(unit, id, op);
  run(unit.db, "UPDATE rooms SET member_count = $2 WHERE id = $1", id, count);
  if (op.idempotency)
    store_claim(unit, op.creator, create_route, *op.idempotency, number_of(id));

  unit.emit(partition, rooms_topic, "room.created", number_of(id),
            event_json{}
                .add("room_id", id)
                .add("room_name", op.name)
                .add("kind", to_string(op.kind))
                .add("created_by", op.creator)
                .add("member_count", count)
                .add("created_at", unit.now)
                .take());
  std::vector<user_id> told{op.creator};
  for (auto& other : op.members) {
    if (std::find(told.begin(), told.end(), other.user) != told.end())
      continue;
    told.push_back(other.user);
    emit_membership(unit, partition, "member.added", id, op.name, op.creator, other.user);
  }

  room_view room;
  room.id = id;
  room.name = op.name;
  room.kind = op.kind;
  room.created_by = op.creator;
  room.created_at = unit.now;
  room.member_count = static_cast<std::uint32_t>(count);
  room.my_role = member_role::owner;
  room.guests_may_write = op.guests_may_write;
  return room;
}

room_event apply(work& unit, const rename_room& op) {
  room_event event;
  event.kind = event_kind::room_renamed;
  event.actor = op.actor;
  event.actor_name = op.actor_name;
  event.text = op.name;
  std::vector<room_event> events{std::move(event)};
  if (!append_to_log(unit, op.room, events))
    refuse(errc::not_found, "The room does not exist.");
  run(unit.db, "UPDATE rooms SET name = $2 WHERE id = $1", op.room, op.name);
  return std::move(events.front());
}

done apply(work& unit, const delete_room& op) {
  erase_room(unit, op.room, op.actor);
  return {};
}

void erase_room(work& unit, room_id room, user_id actor) {
  auto name = name_of_room(unit.db, room);
  std::vector<user_id> users;
  {
    auto found = select(unit.db, "SELECT user_id FROM members WHERE room_id = $1 ORDER BY user_id", room);
    while (found.next())
      users.push_back(found.get<user_id>(0));
  }
  run(unit.db, "DELETE FROM members WHERE room_id = $1", room);
  run(unit.db, "DELETE FROM room_events WHERE room_id = $1", room);
  run(unit.db, "DELETE FROM rooms WHERE id = $1", room);
  unit.emit(unit.settings.partition_for(room), rooms_topic, "room.deleted", number_of(room),
            event_json{}
                .add("room_id", room)
                .add("room_name", name)
                .add("actor_id", actor)
                .add_list("user_ids", users)
                .add("created_at", unit.now)
                .take());
}

std::string name_of_room(connection& db, room_id room) {
  auto found = select(db, "SELECT name FROM rooms WHERE id = $1", room);
  if (!found.next())
    refuse(errc::not_found, "The room does not exist.");
  return found.get<std::string>(0);
}

std::uint32_t count_unread(connection& db, room_id room, user_id user, stream_offset mark) {
  auto found = select(db,
                      R"(SELECT count(*) FROM (SELECT 1 FROM room_events
                         WHERE room_id = $1 AND "offset" > $2 AND kind = 0 AND actor_id <> $3 LIMIT 1000) AS unread)",
                      room, mark, user);
  return found.next() ? found.get<std::uint32_t>(0) : 0;
}

void check_room_count(connection& db, user_id user, std::uint32_t max_rooms, const std::string& pointer) {
  if (max_rooms == 0)
    return;
  auto found = select(db, "SELECT count(*) FROM members WHERE user_id = $1", user);
  if (!found.next() || found.get<std::uint32_t>(0) < max_rooms)
    return;
  refuse(errc::limit_exceeded, "A member is in as many rooms as allowed.",
         {field_error{pointer, "too_many_rooms", "This user is in " + std::to_string(max_rooms) + " rooms already."}});
}

room_record answer(reading& from, const load_room& question) {
  auto room = find_room(from.db, question.room);
  if (!room)
    refuse(errc::not_found, "The room does not exist.");
  return {std::move(*room), all_members(from.db, question.room)};
}

page<room_view> answer(reading& from, const list_rooms& question) {
  static const auto own =
      "SELECT " + std::string{room_columns} + R"(, r.active_at FROM members AS m JOIN rooms AS r ON r.id = m.room_id
                               WHERE m.user_id = $1 AND (r.active_at, r.id) < ($2, $3)
                               ORDER BY r.active_at DESC, r.id DESC LIMIT $4)";
  static const auto open = "SELECT " + std::string{room_columns} + R"(, r.active_at FROM rooms AS r
                                WHERE r.kind = 2 AND (r.active_at, r.id) < ($1, $2)
                                ORDER BY r.active_at DESC, r.id DESC LIMIT $3)";
  constexpr auto highest = std::numeric_limits<std::int64_t>::max();
  auto [active_at, id] = parse_cursor<2>(question.cursor, {highest, highest});
  auto limit = page_size(question.limit);
  page<room_view> result;
  {
    auto found = question.open ? select(from.db, open, active_at, id, limit + 1)
                               : select(from.db, own, question.user, active_at, id, limit + 1);
    while (found.next()) {
      if (result.items.size() == limit) {
        result.next = make_cursor<2>({active_at, id});
        break;
      }
      result.items.push_back(read_room(found));
      active_at = found.get<std::int64_t>(8);
      id = number_of(result.items.back().id);
    }
  }
  for (auto& room : result.items)
    fill_for_reader(from.db, question.user, room);
  return result;
}

} // namespace callboard::sql

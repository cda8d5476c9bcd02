#include "adapters/sql/room_events.hpp"

#include <algorithm>

#include "adapters/sql/audit.hpp"
#include "adapters/sql/event_json.hpp"
#include "adapters/sql/numbers.hpp"

namespace callboard::sql {
namespace {

std::optional<stream_offset> take_offsets(work& unit, room_id room, std::size_t count) {
  auto found = select(unit.db,
                      "UPDATE rooms SET last_offset = last_offset + $2, active_at = $3 WHERE id = $1 "
                      "RETURNING last_offset",
                      room, count, unit.now);
  if (!found.next())
    return std::nullopt;
  return found.get<stream_offset>(0) - count + 1;
}

constexpr std::string_view insert_event =
    R"(INSERT INTO room_events
         (room_id, "offset", kind, actor_id, target, body, client_key, reply_to, sent_by, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))";
constexpr std::string_view insert_unless_key_is_taken =
    R"(INSERT INTO room_events
         (room_id, "offset", kind, actor_id, target, body, client_key, reply_to, sent_by, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (room_id, actor_id, client_key) WHERE client_key IS NOT NULL DO NOTHING)";

/// False: the actor has used this key in this room before, and nothing was inserted.
bool insert(work& unit, room_id room, const room_event& event, user_id sent_by) {
  return run(unit.db, event.key.empty() ? insert_event : insert_unless_key_is_taken, room, event.offset, event.kind,
             event.actor, event.target, event.text, nullable_text{event.key}, event.reply_to, sent_by,
             event.created_at) > 0;
}

appended find_by_key(work& unit, room_id room, const room_event& event) {
  auto found = select(unit.db,
                      R"(SELECT "offset", created_at, body, reply_to FROM room_events
                         WHERE room_id = $1 AND actor_id = $2 AND client_key = $3)",
                      room, event.actor, event.key);
  if (!found.next())
    throw driver_error{failure::fatal, "a client key is taken and cannot be found"};
  auto is_same = found.get<std::string_view>(2) == event.text && found.get<stream_offset>(3) == event.reply_to;
  return {found.get<stream_offset>(0), found.get<timestamp>(1), true, is_same};
}

user_id admin_named(work& unit, const std::string& username) {
  if (username.empty())
    return user_id{};
  auto found = select(unit.db, "SELECT id FROM users WHERE username = $1", username);
  return found.next() ? found.get<user_id>(0) : user_id{};
}

void audit_message_in_other_name(work& unit, room_id room, const room_event& event, user_id sent_by) {
  write_audit entry;
  entry.type = "message_sent_for_other";
  entry.actor = sent_by;
  entry.detail =
      "room=" + to_string(room) + " offset=" + std::to_string(event.offset) + " as=" + to_string(event.actor);
  entry.now = unit.now;
  apply(unit, entry);
}

} // namespace

void emit_message(work& unit, partition_id partition, room_id room, const room_event& event, stream_offset offset) {
  event_json data;
  data.add("room_id", room).add("offset", offset).add("user_id", event.actor).add("text", event.text);
  if (!event.key.empty())
    data.add("key", event.key);
  if (event.reply_to != 0)
    data.add("reply_to", event.reply_to);
  data.add("created_at", unit.now);
  unit.emit(partition, rooms_topic, "message.created", number_of(room), data.take());
}

std::vector<appended> apply(work& unit, const append_events& op) {
  // Offsets for all are taken at once, which also locks the room; those of repeated messages are given back.
  auto first = take_offsets(unit, op.room, op.events.size());
  if (!first)
    refuse(errc::not_found, "The room does not exist.");
  auto next = *first;
  std::vector<appended> results;
  results.reserve(op.events.size());
  for (auto event : op.events) {
    event.offset = next;
    event.created_at = unit.now;
    auto sent_by = admin_named(unit, event.sent_by);
    if (!insert(unit, op.room, event, sent_by)) {
      results.push_back(find_by_key(unit, op.room, event));
      continue;
    }
    ++next;
    if (event.kind == event_kind::message)
      emit_message(unit, op.guard.partition, op.room, event, event.offset);
    if (!event.sent_by.empty())
      audit_message_in_other_name(unit, op.room, event, sent_by);
    results.push_back({event.offset, event.created_at, false, true});
  }
  auto repeated = *first + op.events.size() - next;
  if (repeated > 0)
    run(unit.db, "UPDATE rooms SET last_offset = last_offset - $2 WHERE id = $1", op.room, repeated);
  return results;
}

bool append_to_log(work& unit, room_id room, std::vector<room_event>& events) {
  auto first = take_offsets(unit, room, events.size());
  if (!first)
    return false;
  for (auto& event : events) {
    event.offset = (*first)++;
    event.created_at = unit.now;
    insert(unit, room, event, user_id{});
  }
  return true;
}

room_event read_room_event(rows& from, int first) {
  room_event event;
  event.offset = from.get<stream_offset>(first);
  event.kind = from.get<event_kind>(first + 1);
  event.actor = from.get<user_id>(first + 2);
  event.actor_name = from.get<std::string>(first + 3);
  event.created_at = from.get<timestamp>(first + 4);
  event.text = from.get<std::string>(first + 5);
  event.key = from.get<std::string>(first + 6);
  event.reply_to = from.get<stream_offset>(first + 7);
  event.target = from.get<user_id>(first + 8);
  event.target_name = from.get<std::string>(first + 9);
  event.sent_by = from.get<std::string>(first + 10);
  return event;
}

std::vector<room_event> answer(reading& from, const read_events& question) {
  static const auto joined = std::string{"SELECT "} + std::string{room_event_columns} +
                             R"( FROM room_events AS e LEFT JOIN users AS a ON a.id = e.actor_id
                                   LEFT JOIN users AS t ON t.id = e.target LEFT JOIN users AS s ON s.id = e.sent_by)";
  static const auto forward = joined + R"( WHERE e.room_id = $1 AND e."offset" > $2 ORDER BY e."offset" LIMIT $3)";
  static const auto backward =
      joined + R"( WHERE e.room_id = $1 AND e."offset" < $2 ORDER BY e."offset" DESC LIMIT $3)";

  auto is_backward = question.before > 0;
  std::vector<room_event> events;
  {
    // Offsets are 63 bits wide in the store; nothing lies beyond.
    constexpr auto highest = static_cast<stream_offset>(std::numeric_limits<std::int64_t>::max());
    auto found =
        is_backward
            ? select(from.db, backward, question.room, std::min(question.before, highest), page_size(question.limit))
            : select(from.db, forward, question.room, std::min(question.after, highest), page_size(question.limit));
    std::size_t bytes = 0;
    while (found.next()) {
      auto event = read_room_event(found, 0);
      bytes += event.text.size();
      if (!events.empty() && bytes > question.max_bytes)
        break;
      events.push_back(std::move(event));
    }
  }
  if (is_backward)
    std::reverse(events.begin(), events.end());
  if (events.empty() && !select(from.db, "SELECT 1 FROM rooms WHERE id = $1", question.room).next())
    refuse(errc::not_found, "The room does not exist.");
  return events;
}

} // namespace callboard::sql

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

void insert(work& unit, room_id room, const room_event& event, user_id sent_by) {
  run(unit.db,
      R"(INSERT INTO room_events
           (room_id, "offset", kind, actor_id, target, body, client_key, reply_to, sent_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))",
      room, event.offset, event.kind, event.actor, event.target, event.text, nullable_text{event.key}, event.reply_to,
      sent_by, event.created_at);
}

std::optional<appended> find_by_key(work& unit, room_id room, const room_event& event) {
  auto found = select(unit.db,
                      R"(SELECT "offset", created_at, body, reply_to FROM room_events
                         WHERE room_id = $1 AND actor_id = $2 AND client_key = $3)",
                      room, event.actor, event.key);
  if (!found.next())
    return std::nullopt;
  auto is_same = found.get<std::string_view>(2) == event.text && found.get<stream_offset>(3) == event.reply_to;
  return appended{found.get<stream_offset>(0), found.get<timestamp>(1), true, is_same};
}

/// Where an earlier event of the same operation has the same key.
std::optional<std::size_t> find_in_operation(const append_events& op, std::size_t index) {
  auto& event = op.events[index];
  for (std::size_t i = 0; i < index; ++i)
    if (op.events[i].actor == event.actor && op.events[i].key == event.key)
      return i;
  return std::nullopt;
}

user_id admin_named(work& unit, const std::string& username) {
  if (username.empty())
    return user_id{};
  auto found = select(unit.db, "SELECT id FROM users WHERE username = $1", username);
  return found.next() ? found.get<user_id>(0) : user_id{};
}

void emit_message(work& unit, partition_id partition, room_id room, const room_event& event) {
  event_json data;
  data.add("room_id", room).add("offset", event.offset).add("user_id", event.actor).add("text", event.text);
  if (!event.key.empty())
    data.add("key", event.key);
  if (event.reply_to != 0)
    data.add("reply_to", event.reply_to);
  data.add("created_at", event.created_at);
  unit.emit(partition, rooms_topic, "message.created", number_of(room), data.take());
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

std::vector<appended> apply(work& unit, const append_events& op) {
  std::vector<appended> results(op.events.size());
  std::vector<std::size_t> fresh, repeated;
  for (std::size_t i = 0; i < op.events.size(); ++i) {
    auto& event = op.events[i];
    if (event.key.empty()) {
      fresh.push_back(i);
    } else if (auto earlier = find_by_key(unit, op.room, event)) {
      results[i] = *earlier;
    } else {
      (find_in_operation(op, i) ? repeated : fresh).push_back(i);
    }
  }
  if (fresh.empty() && !op.events.empty())
    return results; // the room is there: it has these keys
  auto first = take_offsets(unit, op.room, fresh.size());
  if (!first)
    refuse(errc::not_found, "The room does not exist.");
  for (auto i : fresh) {
    auto event = op.events[i];
    event.offset = (*first)++;
    event.created_at = unit.now;
    auto sent_by = admin_named(unit, event.sent_by);
    insert(unit, op.room, event, sent_by);
    if (event.kind == event_kind::message)
      emit_message(unit, op.guard.partition, op.room, event);
    if (!event.sent_by.empty())
      audit_message_in_other_name(unit, op.room, event, sent_by);
    results[i] = {event.offset, event.created_at, false, true};
  }
  for (auto i : repeated) {
    auto earlier = *find_in_operation(op, i);
    results[i] = results[earlier];
    results[i].duplicate = true;
    results[i].same_content =
        op.events[i].text == op.events[earlier].text && op.events[i].reply_to == op.events[earlier].reply_to;
  }
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

#include "adapters/sql/room_events.hpp"

#include <algorithm>

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

} // namespace

bool append_to_log(work& unit, room_id room, std::vector<room_event>& events) {
  auto first = take_offsets(unit, room, events.size());
  if (!first)
    return false;
  for (auto& event : events) {
    event.offset = (*first)++;
    event.created_at = unit.now;
    run(unit.db,
        R"(INSERT INTO room_events
             (room_id, "offset", kind, actor_id, target, body, client_key, reply_to, sent_by, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, NULL, 0, 0, $7))",
        room, event.offset, event.kind, event.actor, event.target, event.text, event.created_at);
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
  auto with = [](std::string_view condition) {
    std::string text{"SELECT "};
    text += room_event_columns;
    text += R"( FROM room_events AS e LEFT JOIN users AS a ON a.id = e.actor_id
                  LEFT JOIN users AS t ON t.id = e.target LEFT JOIN users AS s ON s.id = e.sent_by WHERE e.room_id = $1)";
    text += condition;
    return text;
  };
  static const auto forward = with(R"( AND e."offset" > $2 ORDER BY e."offset" LIMIT $3)");
  static const auto backward = with(R"( AND e."offset" < $2 ORDER BY e."offset" DESC LIMIT $3)");

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

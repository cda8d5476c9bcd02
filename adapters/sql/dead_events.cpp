#include "adapters/sql/dead_events.hpp"

#include <algorithm>
#include <charconv>

#include "adapters/sql/numbers.hpp"

namespace callboard::sql {
namespace {

constexpr std::uint32_t max_dead_page = 10'000;

std::uint32_t put_back(work& unit, const event_id& id) {
  auto position = take_numbers(unit, "outbox");
  auto moved = run(unit.db,
                   R"(INSERT INTO outbox ("partition", id, event_id, type, topic, "key", data, created_at)
                      SELECT "partition", $2, event_id, type, topic, "key", data, created_at FROM dead_events
                      WHERE event_id = $1)",
                   id, position);
  run(unit.db, "DELETE FROM dead_events WHERE event_id = $1", id);
  return static_cast<std::uint32_t>(moved);
}

std::vector<event_id> all_dead(connection& db) {
  std::vector<event_id> ids;
  auto found = select(db, "SELECT event_id FROM dead_events ORDER BY event_id");
  while (found.next())
    ids.push_back(found.get<event_id>(0));
  return ids;
}

} // namespace

done apply(work& unit, const keep_dead_events& op) {
  for (auto& [partition, event, reason, died_at] : op.events) {
    std::int64_t key = 0;
    std::from_chars(event.key.data(), event.key.data() + event.key.size(), key);
    run(unit.db,
        R"(INSERT INTO dead_events (event_id, "partition", type, topic, "key", data, reason, created_at, died_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (event_id) DO NOTHING)",
        event.id, partition, event.type, event.topic, key, event.data, reason, event.created_at, unit.now);
  }
  return {};
}

std::uint32_t apply(work& unit, const replay_dead_events& op) {
  std::uint32_t replayed = 0;
  for (auto& id : op.ids.empty() ? all_dead(unit.db) : op.ids)
    replayed += put_back(unit, id);
  return replayed;
}

std::vector<dead_event> answer(reading& from, const list_dead_events& question) {
  std::vector<dead_event> events;
  auto found = select(from.db,
                      R"(SELECT event_id, "partition", type, topic, "key", data, reason, created_at, died_at
                         FROM dead_events ORDER BY event_id LIMIT $1)",
                      std::min(question.limit, max_dead_page));
  while (found.next()) {
    dead_event dead;
    dead.event.id = found.get<event_id>(0);
    dead.partition = found.get<partition_id>(1);
    dead.event.type = found.get<std::string>(2);
    dead.event.topic = found.get<std::string>(3);
    dead.event.key = std::to_string(found.get<std::int64_t>(4));
    dead.event.data = found.get<std::string>(5);
    dead.reason = found.get<std::string>(6);
    dead.event.created_at = found.get<timestamp>(7);
    dead.died_at = found.get<timestamp>(8);
    events.push_back(std::move(dead));
  }
  return events;
}

} // namespace callboard::sql

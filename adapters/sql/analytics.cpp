#include "adapters/sql/analytics.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <unordered_set>

#include "adapters/sql/audit.hpp"
#include "adapters/sql/event_json.hpp"

namespace callboard::sql {
namespace {

constexpr std::uint32_t most_rooms = 1'000;
constexpr std::uint32_t most_forgotten = 10'000;

/// What the events add up to.
struct sums {
  std::map<std::pair<day_number, figure>, std::int64_t> figures;
  std::map<std::pair<day_number, room_id>, std::int64_t> rooms;
  std::set<std::pair<day_number, user_id>> users;

  void add(const counted_event& event) {
    for (auto left = event.figures; left != 0; left &= left - 1)
      ++figures[{event.day, static_cast<figure>(std::countr_zero(left))}];
    if (event.room != room_id{})
      ++rooms[{event.day, event.room}];
    if (event.active != user_id{})
      users.insert({event.day, event.active});
  }
};

void write(work& unit, partition_id partition, const sums& all) {
  std::vector<counting_forms::figure_sum> figures;
  figures.reserve(all.figures.size());
  for (auto& [at, total] : all.figures)
    figures.push_back({at.first, at.second, total});
  if (!figures.empty())
    unit.counting->add_figures(unit, partition, figures);
  std::vector<counting_forms::room_sum> rooms;
  rooms.reserve(all.rooms.size());
  for (auto& [at, messages] : all.rooms)
    rooms.push_back({at.first, at.second, messages});
  if (!rooms.empty())
    unit.counting->add_messages(unit, partition, rooms);
  std::vector<counting_forms::active_user> users;
  users.reserve(all.users.size());
  for (auto& [day, user] : all.users)
    users.push_back({day, user});
  if (!users.empty())
    unit.counting->add_users(unit, partition, users);
}

/// The least UUIDv7 of that time (RFC 9562, section 5.7: 48 bits of milliseconds first).
uuid first_id_of(timestamp time) {
  uuid id;
  auto milliseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(time.time_since_epoch().count(), 0));
  for (int i = 5; i >= 0; --i, milliseconds >>= 8)
    id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(milliseconds);
  return id;
}

} // namespace

events_counted apply(work& unit, const count_events& op) {
  events_counted answer;
  auto partition = op.guard.partition;
  if (!op.events.empty()) {
    auto fresh = unit.counting->keep_ids(unit, op.consumer, partition, op.events);
    std::unordered_set<event_id> is_fresh{fresh.begin(), fresh.end()};
    sums all;
    for (auto& event : op.events) {
      // Taken out, so that an id that stands in the batch twice counts once here too.
      if (is_fresh.erase(event.id) == 0) {
        ++answer.repeated;
        continue;
      }
      all.add(event);
      ++answer.added;
    }
    write(unit, partition, all);
  }
  run(unit.db,
      R"(INSERT INTO log_positions (consumer, "partition", stream, next) VALUES ($1, $2, $3, $4)
         ON CONFLICT (consumer, "partition", stream) DO UPDATE SET next = excluded.next)",
      op.consumer, partition, op.position.stream, op.position.next);
  return answer;
}

std::uint32_t apply(work& unit, const forget_counted& op) {
  auto limit = std::min(op.limit, most_forgotten);
  auto partition = op.guard.partition;
  auto ids = run(unit.db,
                 R"(DELETE FROM processed_events WHERE consumer = $1 AND "partition" = $2 AND event_id IN
                    (SELECT event_id FROM processed_events WHERE consumer = $1 AND "partition" = $2 AND event_id < $3
                     ORDER BY event_id LIMIT $4))",
                 op.consumer, partition, first_id_of(op.ids_before), limit);
  auto rooms = run(unit.db,
                   R"(DELETE FROM analytics_rooms WHERE "partition" = $1 AND (day, room_id) IN
                      (SELECT day, room_id FROM analytics_rooms WHERE day < $2 AND "partition" = $1
                       ORDER BY day, room_id LIMIT $3))",
                   partition, op.days_before, limit);
  auto users = run(unit.db,
                   R"(DELETE FROM analytics_users WHERE "partition" = $1 AND (day, user_id) IN
                      (SELECT day, user_id FROM analytics_users WHERE day < $2 AND "partition" = $1
                       ORDER BY day, user_id LIMIT $3))",
                   partition, op.days_before, limit);
  return static_cast<std::uint32_t>(std::max({ids, rooms, users}));
}

done apply(work& unit, const tell_refused_login& op) {
  unit.emit(unit.settings.partition_for(op.user), users_topic, "login.failed", number_of(op.user),
            event_json{}.add("user_id", op.user).add("reason", op.reason).add("created_at", unit.now).take());
  if (op.locked_until <= unit.now || op.user == user_id{})
    return {};
  // Only the first one to find it locked changes the row, on whatever node: a lock is told of once.
  if (run(unit.db, "UPDATE users SET locked_until = $2 WHERE id = $1 AND locked_until <= $3 AND deleted = 0", op.user,
          op.locked_until, unit.now) == 0)
    return {};
  unit.emit(
      unit.settings.partition_for(op.user), users_topic, "user.locked", number_of(op.user),
      event_json{}.add("user_id", op.user).add("locked_until", op.locked_until).add("created_at", unit.now).take());
  apply(unit,
        write_audit{
            "authn_login_lock", {}, op.user, {{"locked_until", to_rfc3339(op.locked_until)}}, op.address, unit.now});
  return {};
}

done apply(work& unit, const tell_notification& op) {
  event_json data;
  data.add("user_id", op.user).add("channel", op.channel);
  if (!op.sent)
    data.add("reason", op.reason);
  unit.emit(unit.settings.partition_for(op.user), notifications_topic,
            op.sent ? "notification.sent" : "notification.failed", number_of(op.user),
            data.add("created_at", unit.now).take());
  return {};
}

std::vector<log_position> answer(reading& from, const get_log_positions& question) {
  {
    auto owner = select(from.db, "SELECT epoch FROM partitions WHERE id = $1", question.partition);
    if (!owner.next() || owner.get<epoch_number>(0) != question.epoch)
      refuse(errc::moved, "Another node counts this partition.");
  }
  std::vector<log_position> positions;
  auto found = select(
      from.db, R"(SELECT stream, next FROM log_positions WHERE consumer = $1 AND "partition" = $2 ORDER BY stream)",
      question.consumer, question.partition);
  while (found.next())
    positions.push_back({found.get<std::string>(0), found.get<std::int64_t>(1)});
  return positions;
}

analytics_report answer(reading& from, const get_analytics& question) {
  std::map<day_number, day_figures> days;
  {
    auto found = select(from.db,
                        "SELECT day, figure, CAST(sum(total) AS BIGINT) FROM analytics_days "
                        "WHERE day BETWEEN $1 AND $2 GROUP BY day, figure",
                        question.from, question.to);
    while (found.next()) {
      auto number = found.get<std::size_t>(1);
      if (number < figure_count) // a later version may have known more
        days[found.get<day_number>(0)].figures[number] = found.get<std::int64_t>(2);
    }
  }
  {
    auto found = select(from.db,
                        "SELECT day, count(DISTINCT user_id) FROM analytics_users WHERE day BETWEEN $1 AND $2 "
                        "GROUP BY day",
                        question.from, question.to);
    while (found.next())
      days[found.get<day_number>(0)].active_users = found.get<std::int64_t>(1);
  }
  analytics_report report;
  for (auto& [number, day] : days) {
    day.day = number;
    day.active_users += day.figures[static_cast<std::size_t>(figure::departed_users)];
    report.days.push_back(day);
  }
  auto found = select(from.db,
                      "SELECT s.room_id, COALESCE(r.name, ''), s.messages FROM "
                      "(SELECT room_id, CAST(sum(messages) AS BIGINT) AS messages FROM analytics_rooms "
                      "WHERE day BETWEEN $1 AND $2 GROUP BY room_id ORDER BY messages DESC, room_id LIMIT $3) AS s "
                      "LEFT JOIN rooms AS r ON r.id = s.room_id ORDER BY s.messages DESC, s.room_id",
                      question.from, question.to, std::min(question.rooms, most_rooms));
  while (found.next())
    report.rooms.push_back({found.get<room_id>(0), found.get<std::string>(1), found.get<std::int64_t>(2)});
  return report;
}

void forget_activity(work& unit, user_id user) {
  run(unit.db,
      R"(INSERT INTO analytics_days (day, "partition", figure, total)
         SELECT DISTINCT day, CAST($2 AS BIGINT), CAST($3 AS BIGINT), 1 FROM analytics_users WHERE user_id = $1
         ORDER BY day
         ON CONFLICT (day, "partition", figure) DO UPDATE SET total = analytics_days.total + 1)",
      user, unit.settings.partition_for(user), figure::departed_users);
  run(unit.db, "DELETE FROM analytics_users WHERE user_id = $1", user);
}

} // namespace callboard::sql

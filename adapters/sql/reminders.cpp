#include "adapters/sql/reminders.hpp"

#include <array>
#include <limits>

#include "adapters/sql/event_json.hpp"
#include "adapters/sql/idempotency.hpp"
#include "adapters/sql/members.hpp"
#include "adapters/sql/numbers.hpp"
#include "adapters/sql/personal.hpp"

namespace callboard::sql {
namespace {

constexpr std::string_view create_route = "reminders";
constexpr std::uint32_t max_due_page = 100'000;

constexpr std::string_view columns = "id, owner_id, body, due_at, next_at, timezone, room_id, state, fired_count, "
                                     "last_fired_at, created_at, email, version";

reminder_record read_reminder(rows& from) {
  reminder_record record;
  record.id = from.get<reminder_id>(0);
  record.owner = from.get<user_id>(1);
  record.text = from.get<std::string>(2);
  record.due_at = from.get<timestamp>(3);
  record.next_at = from.get<timestamp>(4);
  record.timezone = from.get<std::string>(5);
  record.room = from.get<room_id>(6);
  record.state = from.get<reminder_state>(7);
  record.fired_count = from.get<std::uint32_t>(8);
  record.last_fired_at = from.get<timestamp>(9);
  record.created_at = from.get<timestamp>(10);
  record.email = from.get<bool>(11);
  record.version = from.get<std::uint32_t>(12);
  return record;
}

reminder_record find_reminder(connection& db, user_id owner, reminder_id id) {
  static const auto text = "SELECT " + std::string{columns} + " FROM reminders WHERE id = $1 AND owner_id = $2";
  auto found = select(db, text, id, owner);
  if (!found.next())
    refuse(errc::not_found, "The reminder does not exist.");
  return read_reminder(found);
}

/// Topic events name their type by a literal, so the texts of callers are looked up here.
constexpr std::array<std::string_view, 6> event_types{"reminder.created", "reminder.fired",     "reminder.delivered",
                                                      "reminder.snoozed", "reminder.cancelled", "reminder.failed"};

event_id emit_change(work& unit, const reminder_record& record, std::string_view type, bool is_rescheduled = false) {
  // The text of a reminder is its owner's own; it stays out of the log.
  event_json data;
  data.add("reminder_id", record.id)
      .add("user_id", record.owner)
      .add("state", to_string(record.state))
      .add("due_at", record.due_at)
      .add("next_at", record.next_at)
      .add("fire_seq", record.fired_count);
  if (is_rescheduled)
    data.add("rescheduled", true);
  return unit.emit(unit.settings.partition_for(record.owner), reminders_topic, type, number_of(record.id),
                   data.add("created_at", unit.now).take());
}

void check_pending_count(work& unit, user_id owner, std::uint32_t max_pending) {
  if (max_pending == 0)
    return;
  auto found = select(unit.db, "SELECT count(*) FROM reminders WHERE owner_id = $1 AND state IN (0, 1, 3)", owner);
  if (found.next() && found.get<std::uint32_t>(0) >= max_pending)
    refuse(errc::limit_exceeded, "There are " + std::to_string(max_pending) + " pending reminders already.");
}

} // namespace

reminder_record apply(work& unit, const create_reminder& op) {
  auto record = op.reminder;
  if (op.idempotency)
    if (auto id = find_claim(unit, record.owner, create_route, *op.idempotency)) {
      auto first = find_reminder(unit.db, record.owner, reminder_id{*id});
      first.replayed = true;
      return first;
    }
  if (!select(unit.db, "SELECT 1 FROM users WHERE id = $1 AND deleted = 0", record.owner).next())
    refuse(errc::not_found, "The user does not exist.");
  check_pending_count(unit, record.owner, op.max_pending);
  record.id = reminder_id{take_numbers(unit, "reminders")};
  record.created_at = unit.now;
  run(unit.db,
      R"(INSERT INTO reminders (id, owner_id, "partition", body, due_at, next_at, timezone, room_id, state, fired_count,
                                last_fired_at, created_at, email, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14))",
      record.id, record.owner, unit.settings.partition_for(record.owner), record.text, record.due_at, record.next_at,
      record.timezone, record.room, record.state, record.fired_count, record.last_fired_at, record.created_at,
      record.email, record.version);
  if (op.idempotency)
    store_claim(unit, record.owner, create_route, *op.idempotency, number_of(record.id));
  emit_change(unit, record, "reminder.created");
  return record;
}

reminder_record apply(work& unit, const change_reminder& op) {
  auto& record = op.record;
  auto changed = run(unit.db,
                     "UPDATE reminders SET body = $4, due_at = $5, next_at = $6, timezone = $7, room_id = $8, "
                     "state = $9, fired_count = $10, last_fired_at = $11, email = $12, version = $13 "
                     "WHERE id = $1 AND owner_id = $2 AND version = $3",
                     record.id, record.owner, static_cast<std::int64_t>(record.version) - 1, record.text, record.due_at,
                     record.next_at, record.timezone, record.room, record.state, record.fired_count,
                     record.last_fired_at, record.email, record.version);
  auto stored = find_reminder(unit.db, record.owner, record.id);
  if (changed == 0)
    refuse(errc::conflict, "The reminder was changed meanwhile.");
  if (!op.event.empty()) {
    auto type = std::find(event_types.begin(), event_types.end(), op.event);
    if (type == event_types.end())
      refuse(errc::internal, "There is no event " + op.event + ".");
    emit_change(unit, stored, *type, op.event == "reminder.created"); // it was made before
  }
  return stored;
}

fired_reminder apply(work& unit, const fire_reminder& op) {
  static const auto text =
      "UPDATE reminders SET state = 1, fired_count = fired_count + 1, last_fired_at = $3, version = version + 1 "
      "WHERE id = $1 AND version = $2 AND state IN (0, 3) RETURNING " +
      std::string{columns};
  fired_reminder result;
  {
    auto found = select(unit.db, text, op.id, op.version, op.now);
    if (!found.next())
      refuse(errc::conflict, "The reminder was changed or fired meanwhile.");
    result.record = read_reminder(found);
  }
  auto& event = result.event;
  event.kind = personal_kind::reminder_fired;
  event.cause = emit_change(unit, result.record, "reminder.fired");
  event.subject = number_of(result.record.id);
  event.text = result.record.text;
  event.due_at = result.record.next_at;
  event.fired_at = op.now;
  event.fire_seq = result.record.fired_count;
  auto position = append_to_stream(unit, result.record.owner, event);
  event.offset = position.offset;
  event.created_at = position.created_at;
  return result;
}

std::vector<reminder_id> erase_reminders(work& unit, user_id owner) {
  static const auto text = "SELECT " + std::string{columns} + " FROM reminders WHERE owner_id = $1 ORDER BY id";
  std::vector<reminder_record> records;
  {
    auto found = select(unit.db, text, owner);
    while (found.next())
      records.push_back(read_reminder(found));
  }
  run(unit.db, "DELETE FROM reminders WHERE owner_id = $1", owner);
  std::vector<reminder_id> ids;
  for (auto& record : records) {
    ids.push_back(record.id);
    auto is_pending = record.state == reminder_state::scheduled || record.state == reminder_state::snoozed ||
                      record.state == reminder_state::firing;
    if (!is_pending)
      continue;
    record.state = reminder_state::cancelled;
    emit_change(unit, record, "reminder.cancelled");
  }
  return ids;
}

reminder_record answer(reading& from, const get_reminder& question) {
  return find_reminder(from.db, question.owner, question.id);
}

page<reminder_record> answer(reading& from, const list_reminders& question) {
  static const auto base =
      "SELECT " + std::string{columns} + " FROM reminders WHERE owner_id = $1 " + "AND (next_at, id) > ($2, $3)";
  static const auto all = base + " ORDER BY next_at, id LIMIT $4";
  static const auto pending = base + " AND state IN (0, 1, 3) ORDER BY next_at, id LIMIT $4";
  auto [next_at, id] = parse_cursor<2>(question.cursor, {std::numeric_limits<std::int64_t>::min(), 0});
  auto limit = page_size(question.limit);
  page<reminder_record> result;
  auto found = select(from.db, question.pending ? pending : all, question.owner, next_at, id, limit + 1);
  while (found.next()) {
    if (result.items.size() == limit) {
      auto& last = result.items.back();
      result.next = make_cursor<2>({last.next_at.time_since_epoch().count(), number_of(last.id)});
      break;
    }
    result.items.push_back(read_reminder(found));
  }
  return result;
}

std::vector<reminder_record> answer(reading& from, const due_reminders& question) {
  static const auto text = "SELECT * FROM (SELECT " + std::string{columns} +
                           R"( FROM reminders WHERE "partition" = $1 AND state IN (0, 3) AND next_at <= $2
                                 ORDER BY next_at LIMIT $3) AS waiting UNION ALL SELECT * FROM (SELECT )" +
                           std::string{columns} +
                           R"( FROM reminders WHERE "partition" = $1 AND state = 1 ORDER BY next_at LIMIT $3)
                                 AS firing ORDER BY 5, 1 LIMIT $3)";
  std::vector<reminder_record> records;
  auto found = select(from.db, text, question.partition, question.until, std::min(question.limit, max_due_page));
  while (found.next())
    records.push_back(read_reminder(found));
  return records;
}

} // namespace callboard::sql

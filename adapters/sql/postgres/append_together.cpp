#include <map>
#include <tuple>

#include "adapters/sql/partitions.hpp"
#include "adapters/sql/postgres/array_text.hpp"
#include "adapters/sql/postgres/batch_forms.hpp"
#include "adapters/sql/room_events.hpp"

namespace callboard::sql {
namespace {

using message_key = std::tuple<std::int64_t, std::int64_t, std::string_view>; // room, actor, client key

message_key key_of(const append_events& op, const room_event& event) {
  return {number_of(op.room), number_of(event.actor), event.key};
}

/// What happens with one event of an operation.
struct outcome {
  appended result;
  bool is_fresh = false;
  const outcome* first = nullptr; // of an event with the same key in this batch
  const room_event* event = nullptr;
};

/// An operation on its way; refused as soon as `refused` is set.
struct pending {
  const append_events* op = nullptr;
  std::vector<outcome> outcomes;
  caf::error refused;
  bool needs_room = false; // it has something to append, or asks whether the room is there
};

std::vector<pending> check_fences(work& unit, const std::vector<const append_events*>& operations) {
  std::vector<pending> all(operations.size());
  for (std::size_t i = 0; i < operations.size(); ++i) {
    all[i].op = operations[i];
    try {
      check_fence(unit, operations[i]->guard);
      for (auto& event : operations[i]->events)
        all[i].outcomes.emplace_back().event = &event;
    } catch (const refusal& refused) {
      all[i].refused = refused.error;
    }
  }
  return all;
}

/// Fills the outcomes of events whose key is in the log already.
void find_stored(work& unit, std::vector<pending>& all) {
  array_text rooms, actors, keys;
  std::vector<outcome*> asked;
  for (auto& each : all)
    for (auto& one : each.outcomes) {
      if (one.event->key.empty())
        continue;
      rooms.add(number_of(each.op->room));
      actors.add(number_of(one.event->actor));
      keys.add(std::string_view{one.event->key});
      asked.push_back(&one);
    }
  if (asked.empty())
    return;
  auto found = select(unit.db,
                      R"(SELECT k.position, e."offset", e.created_at, e.body, e.reply_to
                         FROM unnest($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY
                              AS k(room_id, actor_id, client_key, position)
                         JOIN room_events AS e ON e.room_id = k.room_id AND e.actor_id = k.actor_id
                              AND e.client_key = k.client_key)",
                      rooms.text(), actors.text(), keys.text());
  while (found.next()) {
    auto& one = *asked.at(found.get<std::size_t>(0) - 1);
    auto is_same =
        found.get<std::string_view>(3) == one.event->text && found.get<stream_offset>(4) == one.event->reply_to;
    one.result = {found.get<stream_offset>(1), found.get<timestamp>(2), true, is_same};
  }
}

/// Tells what is new from what repeats an earlier event of this batch.
void sort_out(std::vector<pending>& all) {
  std::map<message_key, const outcome*> seen;
  for (auto& each : all) {
    each.needs_room = each.op->events.empty();
    for (auto& one : each.outcomes) {
      if (one.result.duplicate)
        continue;
      each.needs_room = true;
      if (!one.event->key.empty()) {
        auto [earlier, is_first] = seen.emplace(key_of(*each.op, *one.event), &one);
        one.first = is_first ? nullptr : earlier->second;
      }
      one.is_fresh = one.first == nullptr;
    }
  }
}

/// Moves the ends of all rooms and gives each new event its place; refuses the operations of rooms that are gone.
void take_places(work& unit, std::vector<pending>& all) {
  std::map<std::int64_t, std::int64_t> counts; // by room
  for (auto& each : all)
    if (!each.refused && each.needs_room) {
      auto& count = counts[number_of(each.op->room)];
      for (auto& one : each.outcomes)
        count += one.is_fresh;
    }
  if (counts.empty())
    return;
  array_text rooms, numbers;
  for (auto [room, count] : counts) {
    rooms.add(room);
    numbers.add(count);
  }
  std::map<std::int64_t, stream_offset> next;
  {
    auto found = select(unit.db,
                        R"(UPDATE rooms AS r SET last_offset = r.last_offset + c.number, active_at = $3
                           FROM unnest($1::bigint[], $2::bigint[]) AS c(room_id, number) WHERE r.id = c.room_id
                           RETURNING r.id, r.last_offset - c.number)",
                        rooms.text(), numbers.text(), unit.now);
    while (found.next())
      next.emplace(found.get<std::int64_t>(0), found.get<stream_offset>(1));
  }
  for (auto& each : all) {
    if (each.refused || !each.needs_room)
      continue;
    auto place = next.find(number_of(each.op->room));
    if (place == next.end()) {
      each.refused = make_failure(errc::not_found, "The room does not exist.");
      continue;
    }
    for (auto& one : each.outcomes)
      if (one.is_fresh)
        one.result = {++place->second, unit.now, false, true};
  }
}

void insert_all(work& unit, const std::vector<pending>& all) {
  array_text rooms, offsets, kinds, actors, targets, bodies, keys, replies;
  bool is_empty = true;
  for (auto& each : all) {
    if (each.refused)
      continue;
    for (auto& one : each.outcomes) {
      if (!one.is_fresh)
        continue;
      is_empty = false;
      auto& event = *one.event;
      rooms.add(number_of(each.op->room));
      offsets.add(static_cast<std::int64_t>(one.result.offset));
      kinds.add(static_cast<std::int64_t>(event.kind));
      actors.add(number_of(event.actor));
      targets.add(number_of(event.target));
      bodies.add(std::string_view{event.text});
      if (event.key.empty())
        keys.add_null();
      else
        keys.add(std::string_view{event.key});
      replies.add(static_cast<std::int64_t>(event.reply_to));
      if (event.kind == event_kind::message)
        emit_message(unit, each.op->guard.partition, each.op->room, event, one.result.offset);
    }
  }
  if (is_empty)
    return;
  run(unit.db,
      R"(INSERT INTO room_events
           (room_id, "offset", kind, actor_id, target, body, client_key, reply_to, sent_by, created_at)
         SELECT u.*, 0, $9::bigint FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
                                               $6::text[], $7::text[], $8::bigint[]) AS u)",
      rooms.text(), offsets.text(), kinds.text(), actors.text(), targets.text(), bodies.text(), keys.text(),
      replies.text(), unit.now);
}

/// What repeats an event of this batch gets its place.
appended result_of(const outcome& one) {
  if (!one.first)
    return one.result;
  auto result = one.first->result;
  result.duplicate = true;
  result.same_content = one.event->text == one.first->event->text && one.event->reply_to == one.first->event->reply_to;
  return result;
}

} // namespace

std::vector<write_answer> append_together(work& unit, const std::vector<const append_events*>& operations) {
  auto all = check_fences(unit, operations);
  find_stored(unit, all);
  sort_out(all);
  take_places(unit, all);
  insert_all(unit, all);
  std::vector<write_answer> answers;
  answers.reserve(all.size());
  for (auto& each : all) {
    if (each.refused) {
      answers.emplace_back(std::move(each.refused));
      continue;
    }
    std::vector<appended> results;
    results.reserve(each.outcomes.size());
    for (auto& one : each.outcomes)
      results.push_back(result_of(one));
    answers.emplace_back(std::move(results));
  }
  return answers;
}

} // namespace callboard::sql

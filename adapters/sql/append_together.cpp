#include "adapters/sql/append_together.hpp"

#include <algorithm>
#include <functional>
#include <tuple>
#include <unordered_map>

#include "adapters/sql/audit.hpp"
#include "adapters/sql/event_json.hpp"
#include "adapters/sql/partitions.hpp"

namespace callboard::sql {
namespace {

struct message_key {
  room_id room{};
  user_id actor{};
  std::string_view key;
  bool operator==(const message_key&) const = default;
};

struct hash_of_key {
  std::size_t operator()(const message_key& of) const {
    auto numbers = static_cast<std::uint64_t>(number_of(of.room)) * 0x9e3779b97f4a7c15u +
                   static_cast<std::uint64_t>(number_of(of.actor));
    return std::hash<std::string_view>{}(of.key) ^ static_cast<std::size_t>(numbers * 0x9e3779b97f4a7c15u);
  }
};

/// What happens with one event of an operation.
struct outcome {
  appended result;
  bool is_fresh = false;
  const outcome* first = nullptr; // of an event with the same key in this batch
  const room_event* event = nullptr;
  trace_context trace;
};

/// An operation on its way; refused as soon as `refused` is set.
struct pending {
  const append_events* op = nullptr;
  std::vector<outcome> outcomes;
  caf::error refused;
  bool needs_room = false; // it has something to append, or asks whether the room is there
};

std::vector<pending> check_fences(work& unit, std::span<const append_events* const> operations) {
  std::vector<pending> all(operations.size());
  for (std::size_t i = 0; i < operations.size(); ++i) {
    all[i].op = operations[i];
    try {
      check_fence(unit, operations[i]->guard);
      all[i].outcomes.reserve(operations[i]->events.size());
      for (auto& event : operations[i]->events)
        all[i].outcomes.emplace_back().event = &event;
      for (auto& each : operations[i]->traces)
        all[i].outcomes.at(each.event).trace = each.trace;
    } catch (const refusal& refused) {
      all[i].refused = refused.error;
    }
  }
  return all;
}

/// Fills the outcomes of events whose key is in the log already.
void find_stored(work& unit, std::vector<pending>& all, append_forms& forms) {
  std::vector<append_forms::question> asked;
  std::vector<outcome*> outcomes;
  for (auto& each : all)
    for (auto& one : each.outcomes)
      if (!one.event->key.empty()) {
        asked.push_back({each.op->room, one.event, {}});
        outcomes.push_back(&one);
      }
  if (asked.empty())
    return;
  forms.find_stored(unit, asked);
  for (std::size_t i = 0; i < asked.size(); ++i)
    outcomes[i]->result = asked[i].stored;
}

/// Tells what is new from what repeats an earlier event of this batch.
void sort_out(std::vector<pending>& all) {
  std::unordered_map<message_key, const outcome*, hash_of_key> seen;
  seen.reserve(all.size());
  for (auto& each : all) {
    each.needs_room = each.op->events.empty();
    for (auto& one : each.outcomes) {
      if (one.result.duplicate)
        continue;
      each.needs_room = true;
      if (!one.event->key.empty()) {
        auto [earlier, is_first] = seen.try_emplace({each.op->room, one.event->actor, one.event->key}, &one);
        one.first = is_first ? nullptr : earlier->second;
      }
      one.is_fresh = one.first == nullptr;
    }
  }
}

/// Moves the ends of all rooms and gives each new event its place; refuses the operations of rooms that are gone.
void take_places(work& unit, std::vector<pending>& all, append_forms& forms) {
  std::unordered_map<room_id, std::size_t> counts;
  for (auto& each : all)
    if (!each.refused && each.needs_room) {
      auto& count = counts[each.op->room];
      for (auto& one : each.outcomes)
        count += one.is_fresh;
    }
  if (counts.empty())
    return;
  std::vector<append_forms::growth> rooms;
  rooms.reserve(counts.size());
  for (auto [room, count] : counts)
    rooms.push_back({room, count, 0, false});
  std::sort(rooms.begin(), rooms.end(),
            [](const auto& left, const auto& right) { return number_of(left.room) < number_of(right.room); });
  forms.move_ends(unit, rooms);
  std::unordered_map<room_id, stream_offset> last;
  last.reserve(rooms.size());
  for (auto& each : rooms)
    if (each.exists)
      last.emplace(each.room, each.before);
  for (auto& each : all) {
    if (each.refused || !each.needs_room)
      continue;
    auto place = last.find(each.op->room);
    if (place == last.end()) {
      each.refused = make_failure(errc::not_found, "The room does not exist.");
      continue;
    }
    for (auto& one : each.outcomes)
      if (one.is_fresh)
        one.result = {++place->second, unit.now, false, true};
  }
}

user_id admin_named(work& unit, const std::string& username) {
  auto found = select(unit.db, "SELECT id FROM users WHERE username = $1", username);
  return found.next() ? found.get<user_id>(0) : user_id{};
}

void audit_message_in_other_name(work& unit, const append_forms::placed& sent) {
  write_audit entry;
  entry.type = "message_sent_for_other";
  entry.actor = sent.sent_by;
  entry.subject = sent.event->actor;
  entry.fields = {{"room", to_string(sent.room)}, {"offset", std::to_string(sent.offset)}};
  entry.now = unit.now;
  apply(unit, entry);
}

void emit_message(work& unit, partition_id partition, const append_forms::placed& sent) {
  auto& event = *sent.event;
  event_json data;
  data.add("room_id", sent.room).add("offset", sent.offset).add("user_id", event.actor).add("text", event.text);
  if (!event.key.empty())
    data.add("key", event.key);
  if (event.reply_to != 0)
    data.add("reply_to", event.reply_to);
  data.add("created_at", unit.now);
  unit.emit(partition, rooms_topic, "message.created", number_of(sent.room), data.take());
}

void insert_all(work& unit, const std::vector<pending>& all, append_forms& forms) {
  std::vector<append_forms::placed> events;
  for (auto& each : all) {
    if (each.refused)
      continue;
    for (auto& one : each.outcomes) {
      if (!one.is_fresh)
        continue;
      auto& placed = events.emplace_back(append_forms::placed{each.op->room, one.result.offset, one.event, {}});
      if (!one.event->sent_by.empty()) {
        placed.sent_by = admin_named(unit, one.event->sent_by);
        audit_message_in_other_name(unit, placed);
      }
      unit.trace = one.trace;
      if (one.event->kind == event_kind::message)
        emit_message(unit, each.op->guard.partition, placed);
    }
  }
  if (events.empty())
    return;
  std::sort(events.begin(), events.end(), [](const auto& left, const auto& right) {
    return std::tuple{number_of(left.room), left.offset} < std::tuple{number_of(right.room), right.offset};
  });
  forms.insert(unit, events);
}

bool same_content(const room_event& event, std::string_view text, stream_offset reply_to) {
  return event.text == text && event.reply_to == reply_to;
}

/// What repeats an event of this batch gets its place.
appended result_of(const outcome& one) {
  if (!one.first)
    return one.result;
  auto result = one.first->result;
  result.duplicate = true;
  result.same_content = same_content(*one.event, one.first->event->text, one.first->event->reply_to);
  return result;
}

} // namespace

appended stored_result(rows& found, int first_column, const room_event& event) {
  return {
      found.get<stream_offset>(first_column), found.get<timestamp>(first_column + 1), true,
      same_content(event, found.get<std::string_view>(first_column + 2), found.get<stream_offset>(first_column + 3))};
}

std::vector<write_answer> append_together(work& unit, std::span<const append_events* const> operations,
                                          append_forms& forms) {
  auto all = check_fences(unit, operations);
  find_stored(unit, all, forms);
  sort_out(all);
  take_places(unit, all, forms);
  insert_all(unit, all, forms);
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

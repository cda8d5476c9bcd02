#include "adapters/sql/sqlite/batch_forms.hpp"

#include <algorithm>

#include "adapters/sql/numbers.hpp"
#include "adapters/sql/sqlite/batch_scope.hpp"

namespace callboard::sql {
namespace {

// Events of a room whose keys are not in the index yet; each message's key is compared with theirs. Of 4 to 32, 8 is as
// good as any.
constexpr stream_offset most_unkeyed = 8;

class memory_forms final : public append_forms {
public:
  void find_stored(work& unit, std::vector<question>& asked) override {
    auto* first = asked.data();
    auto column = [first](const question& each, int at) -> row_value {
      switch (at) {
      case 0:
        return number(&each - first);
      case 1:
        return number(each.room);
      case 2:
        return number(each.event->actor);
      case 3:
        return std::string_view{each.event->key};
      default:
        return {};
      }
    };
    rows_of keys{asked, column};
    batch_scope shown{unit, keys};
    take_found(asked, select(unit.db,
                             R"(SELECT b.c0, e."offset", e.created_at, e.body, e.reply_to
                                FROM batch AS b
                                CROSS JOIN message_keys AS k
                                      ON k.room_id = b.c1 AND k.actor_id = b.c2 AND k.client_key = b.c3
                                CROSS JOIN room_events AS e ON e.room_id = k.room_id AND e."offset" = k."offset")"));
    take_found(asked, select(unit.db,
                             R"(SELECT b.c0, e."offset", e.created_at, e.body, e.reply_to
                                FROM batch AS b
                                CROSS JOIN rooms AS r ON r.id = b.c1
                                CROSS JOIN room_events AS e
                                      ON e.room_id = r.id AND e."offset" > r.keyed_offset
                                         AND e.client_key = b.c3 AND e.actor_id = b.c2)"));
  }

  void move_ends(work& unit, std::vector<growth>& rooms) override {
    for (auto& each : rooms) {
      auto found = select(unit.db,
                          "UPDATE rooms SET last_offset = last_offset + $2, active_at = $3 WHERE id = $1 "
                          "RETURNING last_offset, keyed_offset",
                          each.room, each.count, unit.now);
      each.exists = found.next();
      if (!each.exists)
        continue;
      auto last = found.get<stream_offset>(0);
      auto keyed = found.get<stream_offset>(1);
      each.before = last - each.count;
      if (last - keyed >= most_unkeyed)
        due_.push_back({each.room, keyed, last});
    }
  }

  void insert(work& unit, const std::vector<placed>& events) override {
    auto column = [](const placed& each, int at) -> row_value {
      auto& event = *each.event;
      switch (at) {
      case 0:
        return number(each.room);
      case 1:
        return number(each.offset);
      case 2:
        return number(event.kind);
      case 3:
        return number(event.actor);
      case 4:
        return number(event.target);
      case 5:
        return std::string_view{event.text};
      case 6:
        return event.key.empty() ? row_value{} : row_value{std::string_view{event.key}};
      case 7:
        return number(event.reply_to);
      case 8:
        return number(each.sent_by);
      default:
        return {};
      }
    };
    rows_of rows{events, column};
    batch_scope shown{unit, rows};
    // OR ROLLBACK: a conflict, which cannot be any more, ends the whole batch. So SQLite keeps no journal of the
    // statement, a copy of every page that it changes.
    run(unit.db,
        R"(INSERT OR ROLLBACK INTO room_events
             (room_id, "offset", kind, actor_id, target, body, client_key, reply_to, sent_by, created_at)
           SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, $1 FROM batch)",
        unit.now);
    for (auto& room : due_)
      add_keys(unit, room);
  }

private:
  struct unkeyed {
    room_id room{};
    stream_offset keyed = 0;
    stream_offset last = 0;
  };

  static void take_found(std::vector<question>& asked, rows found) {
    while (found.next()) {
      auto& one = asked.at(found.get<std::size_t>(0));
      one.stored = stored_result(found, 1, *one.event);
    }
  }

  static void add_keys(work& unit, const unkeyed& room) {
    // A key stands twice in no log. Were it so, the room would be as usable as before, and the first one would count.
    run(unit.db,
        R"(INSERT OR IGNORE INTO message_keys (room_id, actor_id, client_key, "offset")
           SELECT room_id, actor_id, client_key, "offset" FROM room_events
           WHERE room_id = $1 AND "offset" > $2 AND client_key IS NOT NULL ORDER BY "offset")",
        room.room, room.keyed);
    run(unit.db, "UPDATE rooms SET keyed_offset = $2 WHERE id = $1", room.room, room.last);
  }

  std::vector<unkeyed> due_; // rooms whose keys come into the index with this batch
};

} // namespace

std::unique_ptr<append_forms> append_from_memory() {
  return std::make_unique<memory_forms>();
}

void flush_outbox_from_memory(work& unit) {
  // By partition, as the table is laid out; each partition's events keep their order.
  std::vector<const outbox_row*> events;
  events.reserve(unit.outbox.size());
  for (auto& row : unit.outbox)
    events.push_back(&row);
  std::stable_sort(events.begin(), events.end(), [](const outbox_row* left, const outbox_row* right) {
    return number_of(left->partition) < number_of(right->partition);
  });
  auto count = static_cast<std::int64_t>(events.size());
  auto before = take_numbers(unit, "outbox", count) - count;
  const auto traced = is_traced(unit);
  std::vector<std::string> traces; // shown to the statement, as long as it runs
  if (traced)
    for (auto* event : events)
      traces.push_back(print_traceparent(event->trace));
  auto* first = events.data();
  auto column = [first, before, &traces](const outbox_row* const& each, int at) -> row_value {
    switch (at) {
    case 0:
      return number(each->partition);
    case 1:
      return before + 1 + (&each - first);
    case 2:
      return bytes_of(each->id);
    case 3:
      return each->type;
    case 4:
      return each->topic;
    case 5:
      return each->key;
    case 6:
      return std::string_view{each->data};
    case 7: {
      auto& text = traces[static_cast<std::size_t>(&each - first)];
      return text.empty() ? row_value{} : row_value{std::string_view{text}};
    }
    default:
      return {};
    }
  };
  rows_of rows{events, column};
  batch_scope shown{unit, rows};
  if (traced) {
    run(unit.db,
        R"(INSERT OR ROLLBACK INTO outbox ("partition", id, event_id, type, topic, "key", data, traceparent, created_at)
           SELECT c0, c1, c2, c3, c4, c5, c6, c7, $1 FROM batch)",
        unit.now);
    return;
  }
  run(unit.db,
      R"(INSERT OR ROLLBACK INTO outbox ("partition", id, event_id, type, topic, "key", data, created_at)
         SELECT c0, c1, c2, c3, c4, c5, c6, $1 FROM batch)",
      unit.now);
}

} // namespace callboard::sql

#include <algorithm>

#include "adapters/sql/sqlite/batch_forms.hpp"
#include "adapters/sql/sqlite/batch_scope.hpp"

namespace callboard::sql {
namespace {

// `WHERE true` keeps the parser from taking ON for a join's (sqlite.org/lang_upsert.html, 2.2).
class memory_counting final : public counting_forms {
public:
  // Ids rise, so as a rule none of a batch can be there: it begins after the last one. Asking for that is cheaper than
  // to have the rows returned that were inserted.
  std::vector<event_id> keep_ids(work& unit, const std::string& consumer, partition_id partition,
                                 const std::vector<counted_event>& events) override {
    std::vector<event_id> fresh;
    auto first = events.front().id;
    for (auto& event : events) {
      first = std::min(first, event.id);
      fresh.push_back(event.id);
    }
    auto is_after_all = !select(unit.db,
                                R"(SELECT 1 FROM processed_events
                                   WHERE consumer = $1 AND "partition" = $2 AND event_id >= $3 LIMIT 1)",
                                consumer, partition, first)
                             .next();
    rows_of rows{events, [](const counted_event& event, int) { return bytes_of(event.id); }};
    batch_scope shown{unit, rows};
    if (is_after_all) {
      run(unit.db,
          R"(INSERT OR IGNORE INTO processed_events (consumer, "partition", event_id) SELECT $1, $2, c0 FROM batch)",
          consumer, partition);
      return fresh;
    }
    fresh.clear();
    auto found = select(unit.db,
                        R"(INSERT OR IGNORE INTO processed_events (consumer, "partition", event_id)
                           SELECT $1, $2, c0 FROM batch RETURNING event_id)",
                        consumer, partition);
    while (found.next())
      fresh.push_back(found.get<uuid>(0));
    return fresh;
  }

  void add_figures(work& unit, partition_id partition, const std::vector<figure_sum>& sums) override {
    auto column = [](const figure_sum& each, int at) {
      return at == 0 ? number(each.day) : at == 1 ? number(each.number) : number(each.total);
    };
    rows_of rows{sums, column};
    batch_scope shown{unit, rows};
    run(unit.db,
        R"(INSERT INTO analytics_days (day, "partition", figure, total) SELECT c0, $1, c1, c2 FROM batch WHERE true
           ON CONFLICT (day, "partition", figure) DO UPDATE SET total = total + excluded.total)",
        partition);
  }

  void add_messages(work& unit, partition_id partition, const std::vector<room_sum>& sums) override {
    auto column = [](const room_sum& each, int at) {
      return at == 0 ? number(each.day) : at == 1 ? number(each.room) : number(each.messages);
    };
    rows_of rows{sums, column};
    batch_scope shown{unit, rows};
    run(unit.db,
        R"(INSERT INTO analytics_rooms (day, "partition", room_id, messages) SELECT c0, $1, c1, c2 FROM batch WHERE true
           ON CONFLICT (day, "partition", room_id) DO UPDATE SET messages = messages + excluded.messages)",
        partition);
  }

  void add_users(work& unit, partition_id partition, const std::vector<active_user>& users) override {
    auto column = [](const active_user& each, int at) { return at == 0 ? number(each.day) : number(each.user); };
    rows_of rows{users, column};
    batch_scope shown{unit, rows};
    run(unit.db,
        R"(INSERT OR IGNORE INTO analytics_users (day, "partition", user_id)
           SELECT b.c0, $1, u.id FROM batch AS b CROSS JOIN users AS u ON u.id = b.c1 AND u.deleted = 0)",
        partition);
  }
};

} // namespace

std::shared_ptr<counting_forms> count_from_memory() {
  return std::make_shared<memory_counting>();
}

} // namespace callboard::sql

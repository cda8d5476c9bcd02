#include "adapters/sql/postgres/array_text.hpp"
#include "adapters/sql/postgres/batch_forms.hpp"

namespace callboard::sql {
namespace {

class array_counting final : public counting_forms {
public:
  std::vector<event_id> keep_ids(work& unit, const std::string& consumer, partition_id partition,
                                 const std::vector<counted_event>& events) override {
    array_text ids;
    for (auto& event : events)
      ids.add(event.id);
    std::vector<event_id> fresh;
    auto found = select(unit.db,
                        R"(INSERT INTO processed_events (consumer, "partition", event_id)
                           SELECT $1::text, $2::bigint, u.id FROM unnest($3::bytea[]) AS u(id)
                           ON CONFLICT DO NOTHING RETURNING event_id)",
                        consumer, partition, ids.text());
    while (found.next())
      fresh.push_back(found.get<uuid>(0));
    return fresh;
  }

  void add_figures(work& unit, partition_id partition, const std::vector<figure_sum>& sums) override {
    array_text days, figures, totals;
    for (auto& each : sums) {
      days.add(static_cast<std::int64_t>(each.day));
      figures.add(static_cast<std::int64_t>(each.number));
      totals.add(each.total);
    }
    run(unit.db,
        R"(INSERT INTO analytics_days (day, "partition", figure, total)
           SELECT u.day, $1::bigint, u.figure, u.total
           FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS u(day, figure, total)
           ON CONFLICT (day, "partition", figure) DO UPDATE SET total = analytics_days.total + excluded.total)",
        partition, days.text(), figures.text(), totals.text());
  }

  void add_messages(work& unit, partition_id partition, const std::vector<room_sum>& sums) override {
    array_text days, rooms, messages;
    for (auto& each : sums) {
      days.add(static_cast<std::int64_t>(each.day));
      rooms.add(number_of(each.room));
      messages.add(each.messages);
    }
    run(unit.db,
        R"(INSERT INTO analytics_rooms (day, "partition", room_id, messages)
           SELECT u.day, $1::bigint, u.room, u.messages
           FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS u(day, room, messages)
           ON CONFLICT (day, "partition", room_id)
             DO UPDATE SET messages = analytics_rooms.messages + excluded.messages)",
        partition, days.text(), rooms.text(), messages.text());
  }

  void add_users(work& unit, partition_id partition, const std::vector<active_user>& users) override {
    array_text days, ids;
    for (auto& each : users) {
      days.add(static_cast<std::int64_t>(each.day));
      ids.add(number_of(each.user));
    }
    // The lock: a deletion that runs at the same time, of which nothing is seen yet, would not find these rows.
    run(unit.db,
        R"(INSERT INTO analytics_users (day, "partition", user_id)
           SELECT u.day, $1::bigint, u.id FROM unnest($2::bigint[], $3::bigint[]) AS u(day, id)
           JOIN users AS known ON known.id = u.id AND known.deleted = 0
           FOR SHARE OF known
           ON CONFLICT DO NOTHING)",
        partition, days.text(), ids.text());
  }
};

} // namespace

std::shared_ptr<counting_forms> count_by_arrays() {
  return std::make_shared<array_counting>();
}

} // namespace callboard::sql

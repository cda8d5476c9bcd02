#include "adapters/sql/append_together.hpp"

#include <algorithm>

#include "adapters/sql/postgres/array_text.hpp"
#include "adapters/sql/postgres/batch_forms.hpp"

namespace callboard::sql {
namespace {

class array_forms final : public append_forms {
public:
  void find_stored(work& unit, std::vector<question>& asked) override {
    array_text rooms, actors, keys;
    for (auto& each : asked) {
      rooms.add(number_of(each.room));
      actors.add(number_of(each.event->actor));
      keys.add(std::string_view{each.event->key});
    }
    auto found = select(unit.db,
                        R"(SELECT k.position, e."offset", e.created_at, e.body, e.reply_to
                           FROM unnest($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY
                                AS k(room_id, actor_id, client_key, position)
                           JOIN room_events AS e ON e.room_id = k.room_id AND e.actor_id = k.actor_id
                                AND e.client_key = k.client_key)",
                        rooms.text(), actors.text(), keys.text());
    while (found.next()) {
      auto& one = asked.at(found.get<std::size_t>(0) - 1);
      one.stored = stored_result(found, 1, *one.event);
    }
  }

  void move_ends(work& unit, std::vector<growth>& rooms) override {
    array_text ids, counts;
    for (auto& each : rooms) {
      ids.add(number_of(each.room));
      counts.add(static_cast<std::int64_t>(each.count));
    }
    auto found = select(unit.db,
                        R"(UPDATE rooms AS r SET last_offset = r.last_offset + c.number, active_at = $3
                           FROM unnest($1::bigint[], $2::bigint[]) AS c(room_id, number) WHERE r.id = c.room_id
                           RETURNING r.id, r.last_offset - c.number)",
                        ids.text(), counts.text(), unit.now);
    while (found.next()) {
      auto room = found.get<room_id>(0);
      auto place = std::lower_bound(rooms.begin(), rooms.end(), room, [](const growth& each, room_id number) {
        return number_of(each.room) < number_of(number);
      });
      place->exists = true;
      place->before = found.get<stream_offset>(1);
    }
  }

  void insert(work& unit, const std::vector<placed>& events) override {
    array_text rooms, offsets, kinds, actors, targets, bodies, keys, replies, admins;
    for (auto& each : events) {
      auto& event = *each.event;
      rooms.add(number_of(each.room));
      offsets.add(static_cast<std::int64_t>(each.offset));
      kinds.add(static_cast<std::int64_t>(event.kind));
      actors.add(number_of(event.actor));
      targets.add(number_of(event.target));
      bodies.add(std::string_view{event.text});
      if (event.key.empty())
        keys.add_null();
      else
        keys.add(std::string_view{event.key});
      replies.add(static_cast<std::int64_t>(event.reply_to));
      admins.add(number_of(each.sent_by));
    }
    run(unit.db,
        R"(INSERT INTO room_events
             (room_id, "offset", kind, actor_id, target, body, client_key, reply_to, sent_by, created_at)
           SELECT u.*, $10::bigint FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
                                               $6::text[], $7::text[], $8::bigint[], $9::bigint[]) AS u)",
        rooms.text(), offsets.text(), kinds.text(), actors.text(), targets.text(), bodies.text(), keys.text(),
        replies.text(), admins.text(), unit.now);
  }
};

} // namespace

std::unique_ptr<append_forms> append_by_arrays() {
  return std::make_unique<array_forms>();
}

} // namespace callboard::sql

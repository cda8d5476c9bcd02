#include "adapters/sql/postgres/batch_forms.hpp"

#include <set>

#include "adapters/sql/numbers.hpp"
#include "adapters/sql/postgres/array_text.hpp"

namespace callboard::sql {
namespace {

struct fences {
  std::set<partition_id> partitions;
  bool has_claim = false; // the rows will be changed
  bool has_room = false;  // its partition is known only when it has a number
};

fences fences_of(const write_batch& batch) {
  fences found;
  auto look = [&found](const auto& op) {
    using operation = std::decay_t<decltype(op)>;
    if constexpr (requires { op.guard; })
      found.partitions.insert(op.guard.partition);
    if constexpr (std::is_same_v<operation, claim_partitions>) {
      found.partitions.insert(op.partitions.begin(), op.partitions.end());
      found.has_claim = true;
    }
    found.has_room = found.has_room || std::is_same_v<operation, create_room>;
  };
  for (auto& operation : batch.operations)
    std::visit(look, operation);
  return found;
}

} // namespace

void lock_partitions(work& unit, const write_batch& batch) {
  auto [partitions, has_claim, has_room] = fences_of(batch);
  if (has_room)
    for (unsigned id = 0; id < unit.settings.partitions; ++id)
      partitions.insert(static_cast<partition_id>(id));
  if (partitions.empty())
    return;
  array_text ids;
  for (auto id : partitions)
    ids.add(static_cast<std::int64_t>(number_of(id)));
  // Whoever will change a row takes it whole at once: two who first shared it would wait for each other.
  auto found = has_claim ? select(unit.db,
                                  "SELECT id, epoch, owner FROM partitions WHERE id = ANY ($1::bigint[]) ORDER BY id "
                                  "FOR UPDATE",
                                  ids.text())
                         : select(unit.db,
                                  "SELECT id, epoch, owner FROM partitions WHERE id = ANY ($1::bigint[]) ORDER BY id "
                                  "FOR SHARE",
                                  ids.text());
  while (found.next())
    unit.partitions.emplace(found.get<partition_id>(0),
                            partition_row{found.get<epoch_number>(1), found.get<std::string>(2)});
}

void flush_outbox_together(work& unit) {
  auto count = static_cast<std::int64_t>(unit.outbox.size());
  auto id = take_numbers(unit, "outbox", count) - count;
  const auto traced = is_traced(unit);
  array_text partitions, ids, events, types, topics, keys, data, traces;
  for (auto& row : unit.outbox) {
    partitions.add(static_cast<std::int64_t>(number_of(row.partition)));
    ids.add(++id);
    events.add(row.id);
    types.add(row.type);
    topics.add(row.topic);
    keys.add(row.key);
    data.add(std::string_view{row.data});
    if (traced && !row.trace.empty())
      traces.add(std::string_view{print_traceparent(row.trace)});
    else if (traced)
      traces.add_null();
  }
  if (traced) {
    run(unit.db,
        R"(INSERT INTO outbox ("partition", id, event_id, type, topic, "key", data, traceparent, created_at)
           SELECT u.*, $9::bigint FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::text[], $5::text[],
                                              $6::bigint[], $7::text[], $8::text[]) AS u)",
        partitions.text(), ids.text(), events.text(), types.text(), topics.text(), keys.text(), data.text(),
        traces.text(), unit.now);
    return;
  }
  run(unit.db,
      R"(INSERT INTO outbox ("partition", id, event_id, type, topic, "key", data, created_at)
         SELECT u.*, $8::bigint FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::text[], $5::text[],
                                            $6::bigint[], $7::text[]) AS u)",
      partitions.text(), ids.text(), events.text(), types.text(), topics.text(), keys.text(), data.text(), unit.now);
}

} // namespace callboard::sql

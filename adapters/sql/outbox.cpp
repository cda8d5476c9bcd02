#include "adapters/sql/outbox.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "adapters/sql/numbers.hpp"

namespace callboard::sql {
namespace {

constexpr std::uint32_t max_outbox_page = 10'000;

/// Fills the typed fields of a room's event. Messages, which are most of them, need their key alone.
void fill_typed_fields(domain_event& event) {
  if (event.topic != rooms_topic)
    return;
  std::int64_t room = 0;
  std::from_chars(event.key.data(), event.key.data() + event.key.size(), room);
  event.room = room_id{room};
  if (event.type.starts_with("message."))
    return;
  boost::system::error_code error;
  auto parsed = boost::json::parse(event.data, error);
  auto* object = error ? nullptr : parsed.if_object();
  if (!object)
    throw driver_error{failure::corrupt, "an outbox row is no JSON object"};
  auto add_user = [&event](const boost::json::value& value) {
    if (auto* number = value.if_int64())
      event.users.push_back(user_id{*number});
  };
  if (auto* name = object->if_contains("room_name"); name && name->is_string())
    event.room_name = name->get_string().c_str();
  // Who makes a room is told like every other member: they may have more than one tab or device.
  if (auto* user = object->if_contains(event.type == "room.created" ? "created_by" : "user_id"))
    add_user(*user);
  if (auto* users = object->if_contains("user_ids"); users && users->is_array())
    for (auto& user : users->get_array())
      add_user(user);
}

} // namespace

done apply(work& unit, const trim_outbox& op) {
  run(unit.db, R"(DELETE FROM outbox WHERE "partition" = $1 AND id <= $2)", op.guard.partition, op.up_to);
  return {};
}

std::vector<domain_event> answer(reading& from, const read_outbox& question) {
  if (question.epoch != epoch_number{}) {
    auto owner = select(from.db, "SELECT epoch FROM partitions WHERE id = $1", question.partition);
    if (!owner.next() || owner.get<epoch_number>(0) != question.epoch)
      refuse(errc::moved, "Another node relays this partition.");
  }
  std::vector<domain_event> events;
  auto found = select(from.db,
                      R"(SELECT id, event_id, type, topic, "key", data, created_at, traceparent FROM outbox
                         WHERE "partition" = $1 AND id > $2 ORDER BY id LIMIT $3)",
                      question.partition, question.after, std::min(question.limit, max_outbox_page));
  while (found.next()) {
    domain_event event;
    event.position = found.get<std::int64_t>(0);
    event.id = found.get<uuid>(1);
    event.type = found.get<std::string>(2);
    event.topic = found.get<std::string>(3);
    event.key = std::to_string(found.get<std::int64_t>(4));
    event.data = found.get<std::string>(5);
    event.created_at = found.get<timestamp>(6);
    if (!found.is_null(7))
      event.trace = parse_traceparent(found.get<std::string_view>(7)).value_or(trace_context{});
    fill_typed_fields(event);
    events.push_back(std::move(event));
  }
  return events;
}

store_status answer(reading& from, const get_store_status&) {
  store_status status;
  {
    auto found = select(from.db, "SELECT value FROM meta WHERE name = 'store_epoch'");
    if (found.next())
      status.store_epoch = found.get<std::string>(0);
  }
  // Each partition's oldest row is its first; the rows themselves are counted without being read.
  auto found = select(from.db,
                      R"(SELECT (SELECT count(*) FROM outbox),
                                (SELECT min((SELECT o.created_at FROM outbox AS o WHERE o."partition" = p.id
                                             ORDER BY o.id LIMIT 1)) FROM partitions AS p))");
  if (found.next()) {
    status.outbox_rows = found.get<std::int64_t>(0);
    if (!found.is_null(1))
      status.oldest_outbox_row = found.get<timestamp>(1);
  }
  return status;
}

outbox_growth answer(reading& from, const get_outbox_growth& question) {
  outbox_growth growth;
  {
    // A transaction that adds to the outbox holds this row until it ends: positions appear in their order, so nothing
    // can appear later at or before the one that is read here.
    auto found = select(from.db, "SELECT value FROM sequences WHERE name = 'outbox'");
    if (!found.next())
      throw driver_error{failure::corrupt, "a sequence is missing"};
    growth.last = found.get<std::int64_t>(0);
  }
  if (growth.last <= question.after)
    return growth;
  auto found = select(from.db,
                      R"(SELECT p.id FROM partitions AS p
                         WHERE EXISTS (SELECT 1 FROM outbox AS o WHERE o."partition" = p.id AND o.id > $1))",
                      question.after);
  while (found.next())
    growth.partitions.push_back(found.get<partition_id>(0));
  return growth;
}

} // namespace callboard::sql

#include "adapters/sql/audit.hpp"

#include <limits>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "adapters/sql/numbers.hpp"

namespace callboard::sql {
namespace {

/// Entries that one new entry removes at most: more than one comes, so the log shrinks to what is kept.
constexpr std::uint32_t removed_at_once = 20;

/// The beginning of a text, cut between characters; what is no UTF-8 is left out whole.
std::string cut(std::string_view text) {
  auto size = std::min(text.size(), max_audit_value);
  while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
    --size;
  return std::string{text.substr(0, size)};
}

std::string object_of(const std::vector<audit_field>& fields) {
  boost::json::object object;
  for (auto& field : fields) {
    if (object.size() >= max_audit_fields)
      break;
    object[cut(field.name)] = cut(field.value);
  }
  return boost::json::serialize(object);
}

void remove_old(work& unit) {
  auto oldest = unit.now - std::chrono::duration_cast<timestamp::duration>(unit.settings.keep_audit);
  run(unit.db,
      "DELETE FROM audit_addresses WHERE entry_id IN (SELECT id FROM audit_entries "
      "WHERE created_at < $1 ORDER BY created_at, id LIMIT $2)",
      oldest, removed_at_once);
  run(unit.db,
      "DELETE FROM audit_entries WHERE id IN (SELECT id FROM audit_entries "
      "WHERE created_at < $1 ORDER BY created_at, id LIMIT $2)",
      oldest, removed_at_once);
}

} // namespace

done apply(work& unit, const write_audit& op) {
  auto id = take_numbers(unit, "audit");
  run(unit.db,
      "INSERT INTO audit_entries (id, type, actor_id, subject_id, detail, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
      id, op.type, op.actor, op.subject, object_of(op.fields), op.now);
  if (!op.address.empty())
    run(unit.db, "INSERT INTO audit_addresses (entry_id, owner_id, address) VALUES ($1, $2, $3)", id,
        op.actor == user_id{} ? op.subject : op.actor, op.address);
  remove_old(unit);
  return {};
}

void forget_addresses(work& unit, user_id user) {
  run(unit.db, "DELETE FROM audit_addresses WHERE owner_id = $1", user);
}

page<audit_entry> answer(reading& from, const list_audit& question) {
  static const std::string columns =
      "SELECT e.id, e.type, e.actor_id, e.subject_id, COALESCE(a.username, ''), COALESCE(s.username, ''), e.detail, "
      "COALESCE(p.address, ''), e.created_at FROM ";
  static const std::string names = " LEFT JOIN users AS a ON a.id = e.actor_id LEFT JOIN users AS s "
                                   "ON s.id = e.subject_id LEFT JOIN audit_addresses AS p ON p.entry_id = e.id ";
  // Each of these is answered by an index in the order of the page.
  static const std::string range = "(created_at < $1 OR (created_at = $1 AND id < $2)) AND created_at >= $3 ";
  static const std::string order = "ORDER BY created_at DESC, id DESC LIMIT $4";
  static const std::string outer = " AS e" + names + "ORDER BY e.created_at DESC, e.id DESC LIMIT $4";
  static const std::string all = "SELECT * FROM audit_entries WHERE " + range;
  auto latest = question.to.value_or(timestamp{timestamp::duration{std::numeric_limits<std::int64_t>::max() - 1}});
  auto [time, id] =
      parse_cursor<2>(question.cursor, {latest.time_since_epoch().count(), std::numeric_limits<std::int64_t>::max()});
  auto begin = question.from.value_or(timestamp{}).time_since_epoch().count();
  auto limit = page_size(question.limit);
  auto of_user = [](const std::string& column) {
    return "SELECT * FROM (" + all + "AND " + column + " = $5 AND ($6 = '' OR type = $6) " + order + ") AS " + column;
  };
  static const auto by_user = columns + "(" + of_user("actor_id") + " UNION " + of_user("subject_id") + ")" + outer;
  static const auto by_type = columns + "(" + all + "AND type = $5 " + order + ")" + outer;
  static const auto by_time = columns + "(" + all + order + ")" + outer;
  auto read = [&](rows found) {
    page<audit_entry> result;
    while (found.next()) {
      if (result.items.size() == limit) {
        auto& last = result.items.back();
        result.next = make_cursor<2>({last.created_at.time_since_epoch().count(), last.id});
        break;
      }
      audit_entry entry;
      entry.id = found.get<std::int64_t>(0);
      entry.type = found.get<std::string>(1);
      entry.actor = found.get<user_id>(2);
      entry.subject = found.get<user_id>(3);
      entry.actor_name = found.get<std::string>(4);
      entry.subject_name = found.get<std::string>(5);
      entry.detail = found.get<std::string>(6);
      entry.address = found.get<std::string>(7);
      entry.created_at = found.get<timestamp>(8);
      result.items.push_back(std::move(entry));
    }
    return result;
  };
  if (question.user != user_id{})
    return read(select(from.db, by_user, time, id, begin, limit + 1, question.user, question.type));
  if (!question.type.empty())
    return read(select(from.db, by_type, time, id, begin, limit + 1, question.type));
  return read(select(from.db, by_time, time, id, begin, limit + 1));
}

} // namespace callboard::sql

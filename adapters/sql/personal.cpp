#include "adapters/sql/personal.hpp"

#include <algorithm>
#include <limits>

#include "adapters/sql/numbers.hpp"

namespace callboard::sql {
namespace {

stream_offset tail_of(connection& db, user_id user) {
  auto found =
      select(db, R"(SELECT "offset" FROM personal_events WHERE user_id = $1 ORDER BY "offset" DESC LIMIT 1)", user);
  return found.next() ? found.get<stream_offset>(0) : 0;
}

} // namespace

appended append_to_stream(work& unit, user_id user, const personal_event& event) {
  {
    auto found =
        select(unit.db, R"(SELECT "offset", created_at FROM personal_events WHERE user_id = $1 AND cause = $2)", user,
               event.cause);
    if (found.next())
      return {found.get<stream_offset>(0), found.get<timestamp>(1), true, true};
  }
  auto offset = tail_of(unit.db, user) + 1;
  run(unit.db,
      R"(INSERT INTO personal_events
           (user_id, "offset", kind, cause, subject, body, created_at, due_at, fired_at, fire_seq)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10))",
      user, offset, event.kind, event.cause, event.subject, event.text, unit.now, event.due_at, event.fired_at,
      event.fire_seq);
  return {offset, unit.now, false, true};
}

appended apply(work& unit, const append_personal& op) {
  if (!select(unit.db, "SELECT 1 FROM users WHERE id = $1 AND deleted = 0", op.user).next())
    refuse(errc::not_found, "The user does not exist.");
  return append_to_stream(unit, op.user, op.event);
}

personal_page answer(reading& from, const read_personal& question) {
  personal_page result;
  result.tail = tail_of(from.db, question.user);
  constexpr auto highest = static_cast<stream_offset>(std::numeric_limits<std::int64_t>::max());
  auto found = select(from.db,
                      R"(SELECT "offset", kind, cause, subject, body, created_at, due_at, fired_at, fire_seq
                         FROM personal_events WHERE user_id = $1 AND "offset" > $2 ORDER BY "offset" LIMIT $3)",
                      question.user, std::min(question.after, highest), page_size(question.limit));
  while (found.next())
    result.events.push_back({found.get<stream_offset>(0), found.get<personal_kind>(1), found.get<uuid>(2),
                             found.get<std::int64_t>(3), found.get<std::string>(4), found.get<timestamp>(5),
                             found.get<timestamp>(6), found.get<timestamp>(7), found.get<std::uint32_t>(8)});
  return result;
}

} // namespace callboard::sql

#include "adapters/sql/mail.hpp"

#include <limits>

#include "adapters/sql/numbers.hpp"

namespace callboard::sql {

std::int64_t apply(work& unit, const keep_mail& op) {
  auto id = take_numbers(unit, "mail");
  run(unit.db, "INSERT INTO mail (id, recipient, subject, body, created_at) VALUES ($1, $2, $3, $4, $5)", id,
      op.mail.to, op.mail.subject, op.mail.body, op.mail.created_at);
  run(unit.db, "DELETE FROM mail WHERE id <= (SELECT id FROM mail ORDER BY id DESC LIMIT 1 OFFSET $1)", op.keep);
  return id;
}

page<mail_message> answer(reading& from, const list_mail& question) {
  auto [last] = parse_cursor<1>(question.cursor, {std::numeric_limits<std::int64_t>::max()});
  auto limit = page_size(question.limit);
  page<mail_message> result;
  auto found = select(
      from.db, "SELECT id, recipient, subject, body, created_at FROM mail WHERE id < $1 ORDER BY id DESC LIMIT $2",
      last, limit + 1);
  while (found.next()) {
    if (result.items.size() == limit) {
      result.next = make_cursor<1>({result.items.back().id});
      break;
    }
    result.items.push_back({found.get<std::int64_t>(0), found.get<std::string>(1), found.get<std::string>(2),
                            found.get<std::string>(3), found.get<timestamp>(4)});
  }
  return result;
}

} // namespace callboard::sql

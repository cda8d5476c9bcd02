#include "adapters/sql/signing_keys.hpp"

namespace callboard::sql {

done apply(work& unit, const keep_signing_key& op) {
  run(unit.db, "INSERT INTO signing_keys (id, algorithm, wrapped, created_at) VALUES ($1, $2, $3, $4)", op.key.id,
      op.key.algorithm, op.key.wrapped, op.key.created_at);
  return {};
}

std::vector<signing_key_record> answer(reading& from, const list_signing_keys&) {
  std::vector<signing_key_record> result;
  auto found = select(from.db, "SELECT id, algorithm, wrapped, created_at FROM signing_keys ORDER BY created_at, id");
  while (found.next())
    result.push_back(
        {found.get<std::string>(0), found.get<std::string>(1), found.get<std::string>(2), found.get<timestamp>(3)});
  return result;
}

} // namespace callboard::sql

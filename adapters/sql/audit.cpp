#include "adapters/sql/audit.hpp"

#include "adapters/sql/numbers.hpp"

namespace callboard::sql {

done apply(work& unit, const write_audit& op) {
  auto id = take_numbers(unit, "audit");
  run(unit.db, "INSERT INTO audit (id, type, actor_id, detail, address, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
      id, op.type, op.actor, op.detail, op.address, op.now);
  // Numbers have no holes, so the id tells how many there are.
  run(unit.db, "DELETE FROM audit WHERE id <= $1", id - max_audit_entries);
  return {};
}

} // namespace callboard::sql

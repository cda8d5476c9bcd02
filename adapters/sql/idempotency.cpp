#include "adapters/sql/idempotency.hpp"

namespace callboard::sql {
namespace {

/// The kind of thing keeps a route's claims apart even if two callers named their routes alike.
std::string route_of(std::string_view kind, const idempotency_claim& claim) {
  return std::string{kind} + " " + claim.route;
}

} // namespace

std::optional<std::int64_t> find_claim(work& unit, user_id user, std::string_view kind,
                                       const idempotency_claim& claim) {
  auto found = select(unit.db,
                      R"(SELECT body_hash, result FROM idempotency
                         WHERE user_id = $1 AND route = $2 AND "key" = $3 AND created_at > $4)",
                      user, route_of(kind, claim), claim.key, unit.now - claim_life);
  if (!found.next())
    return std::nullopt;
  if (found.get<std::string_view>(0) != claim.body_hash)
    refuse(errc::idempotency_mismatch, "This Idempotency-Key was used with another request.");
  return found.get<std::int64_t>(1);
}

void store_claim(work& unit, user_id user, std::string_view kind, const idempotency_claim& claim, std::int64_t result) {
  run(unit.db,
      R"(DELETE FROM idempotency WHERE (user_id, route, "key") IN
           (SELECT user_id, route, "key" FROM idempotency WHERE created_at <= $1 ORDER BY created_at LIMIT 100))",
      unit.now - claim_life);
  run(unit.db,
      R"(DELETE FROM idempotency WHERE (user_id, route, "key") IN
           (SELECT user_id, route, "key" FROM idempotency WHERE user_id = $1 ORDER BY created_at DESC, "key"
            LIMIT 100 OFFSET $2))",
      user, max_claims_per_user - 1);
  run(unit.db,
      R"(INSERT INTO idempotency (user_id, route, "key", body_hash, result, created_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (user_id, route, "key") DO UPDATE
           SET body_hash = excluded.body_hash, result = excluded.result, created_at = excluded.created_at)",
      user, route_of(kind, claim), claim.key, claim.body_hash, result, unit.now);
}

} // namespace callboard::sql

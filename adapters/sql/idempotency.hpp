#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

/// How long an `Idempotency-Key` is remembered, and how many of a user; beyond, the oldest goes.
inline constexpr std::chrono::hours claim_life{24};
inline constexpr std::int64_t max_claims_per_user = 1000;

/// The id of what was made under this key; nothing if the key is new; a refusal if the body was another.
std::optional<std::int64_t> find_claim(work& unit, user_id user, std::string_view kind, const idempotency_claim& claim);

/// Remembers what was made; forgets some that expired.
void store_claim(work& unit, user_id user, std::string_view kind, const idempotency_claim& claim, std::int64_t result);

} // namespace callboard::sql

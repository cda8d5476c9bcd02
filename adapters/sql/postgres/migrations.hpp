#pragma once

#include <cstdint>
#include <span>

#include "adapters/sql/migration.hpp"
#include "adapters/sql/postgres/connection.hpp"

namespace callboard::sql {

/// The files of schema/sql/postgres in rising order, without holes from 1.
std::span<const migration> postgres_migrations();

/// What a schema that was connected to turned out to be.
enum class schema_state : std::uint8_t { empty, ours, newer, foreign };

/// Looks at the schema without changing it; `version` becomes that of our tables (0 = none yet). Throws `driver_error`.
schema_state examine(postgres_connection& db, int& version);

/// Applies what is missing up to `last`, each migration in a transaction of its own; answers the version reached.
/// Processes that do this at once wait for each other. Throws `driver_error`; the migrations before the failed one
/// stay.
int apply_migrations(postgres_connection& db, int last = postgres_migrations().back().version);

} // namespace callboard::sql

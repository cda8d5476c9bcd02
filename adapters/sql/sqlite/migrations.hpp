#pragma once

#include <span>

#include "adapters/sql/migration.hpp"
#include "adapters/sql/sqlite/connection.hpp"

namespace callboard::sql {

/// The files of schema/sql/sqlite in rising order, without holes from 1.
std::span<const migration> sqlite_migrations();

/// What a file that was opened turned out to be.
enum class file_state : std::uint8_t { empty, ours, newer, foreign };

/// Looks at the file without changing it; `version` becomes that of its schema (0 = none yet). Throws `driver_error`.
file_state examine(sqlite_connection& db, int& version);

/// Applies what is missing up to `last`, each migration in a transaction of its own; answers the version reached.
/// Processes that do this at once wait for each other. Throws `driver_error`; the migrations before the failed one
/// stay.
int apply_migrations(sqlite_connection& db, int last = sqlite_migrations().back().version);

} // namespace callboard::sql

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "adapters/sql/store.hpp"

namespace callboard::sql {

/// What a store is, as far as one sees without changing it.
struct store_facts {
  std::string product;   // "PostgreSQL 15.13", "SQLite 3.40.1"
  int version = 0;       // of the schema; 0: there is none yet
  int known_version = 0; // the latest schema of this program
  /// How far the clock of the database's machine is before ours; nothing where it is the same machine.
  std::optional<std::chrono::milliseconds> clock_ahead;
};

/// The error is the one with which the store would not open.
using store_inspection = std::variant<store_facts, open_error>;

} // namespace callboard::sql

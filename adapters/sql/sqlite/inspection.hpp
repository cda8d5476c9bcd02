#pragma once

#include "adapters/sql/inspection.hpp"
#include "adapters/sql/sqlite/store.hpp"

namespace callboard::sql {

/// Looks at the store, also beside a server, and changes nothing.
store_inspection inspect(const sqlite_options& options);

} // namespace callboard::sql

#pragma once

#include "adapters/sql/inspection.hpp"
#include "adapters/sql/postgres/store.hpp"

namespace callboard::sql {

/// Looks at the store, also beside a server, and changes nothing.
store_inspection inspect(const postgres_options& options);

} // namespace callboard::sql

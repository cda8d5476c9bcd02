#pragma once

#include "adapters/sql/inspection.hpp"
#include "bin/callboard/settings.hpp"

namespace callboard::stores {

/// Looks at the store that the settings name, also beside a server, and changes nothing.
sql::store_inspection inspect(const settings& options);

} // namespace callboard::stores

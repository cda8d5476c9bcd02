#pragma once

#include <functional>
#include <variant>

#include "adapters/sql/store.hpp"
#include "bin/callboard/settings.hpp"

/// The store that the settings name: in the database of `database-url`, or in a file of the data directory without one.
namespace callboard::stores {

/// Opens it for a server, which then is the only one. `lock_changed` hears, from another thread, that this server is no
/// longer known to be the only one (false) and that it is again (true).
sql::open_result open(const settings& options, std::function<void(bool held)> lock_changed);

/// Opens it beside a server that may be running, for command lines.
sql::session_result open_session(const settings& options);

/// Brings its schema up to date; refused while a server runs.
std::variant<sql::migration_report, sql::open_error> migrate(const settings& options);

} // namespace callboard::stores

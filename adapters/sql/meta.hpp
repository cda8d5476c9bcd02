#pragma once

#include <string>
#include <string_view>

#include "adapters/sql/driver.hpp"

namespace callboard::sql {

/// What the store says of itself under this name; empty if it says nothing.
std::string meta_value(connection& db, std::string_view name);

/// Random text for a new store: its `store_epoch`, which changes only when the store is replaced.
std::string make_store_epoch();

} // namespace callboard::sql

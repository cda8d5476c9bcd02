#pragma once

#include <functional>
#include <string>

#include <caf/error.hpp>

#include "adapters/sql/store.hpp"
#include "bin/callboard/node.hpp"
#include "bin/callboard/settings.hpp"

namespace callboard {

/// What the commands of `callboard admin` share.

/// Prints a sentence to standard error and answers the exit code.
int fail(const std::string& sentence, int code = exit_failure);

/// What an error says, with its fields.
std::string explain(const caf::error& reason);

/// Opens the store beside a server that may run on it.
int with_store(const settings& options, const std::function<int(sql::store_session&)>& work);

} // namespace callboard

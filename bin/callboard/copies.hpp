#pragma once

#include <string>

#include "bin/callboard/settings.hpp"

namespace callboard {

/// Writes a consistent copy of the embedded store, which a server may be using, into a file that is not there yet.
int back_up_store(const settings& options, const std::string& file);

/// Puts such a copy in place of the embedded store, which is kept aside; refused while a server runs.
int restore_store(const settings& options, const std::string& file);

} // namespace callboard

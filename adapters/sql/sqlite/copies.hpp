#pragma once

#include <cstdint>
#include <filesystem>
#include <variant>

#include "adapters/sql/sqlite/store.hpp"

namespace callboard::sql {

/// A copy that was written.
struct backup_report {
  std::uintmax_t bytes = 0;
  int version = 0; // of its schema
};

/// Copies the store, beside a server that may be writing to it, into a file of its own: all that was committed before
/// the call, in one consistent state, checked and on disk when this answers. A file that is there is never touched.
std::variant<backup_report, open_error> back_up(const sqlite_options& options, const std::filesystem::path& target);

/// A store that was put in place of another one.
struct restore_report {
  int version = 0;                 // of its schema; the next server brings it up to date
  std::filesystem::path old_store; // where the one before it is now; empty: there was none
};

/// Makes a copy that `back_up` wrote the store of the data directory, under a new `store_epoch`: the offsets of its
/// rooms may be given out again, for other events. Refused while a server runs, and for a copy that is damaged, of a
/// later version, or no store; then nothing has changed.
std::variant<restore_report, open_error> restore(const sqlite_options& options, const std::filesystem::path& source);

} // namespace callboard::sql

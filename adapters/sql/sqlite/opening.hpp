#pragma once

#include <optional>

#include "adapters/sql/executor.hpp"
#include "adapters/sql/sqlite/connection.hpp"
#include "adapters/sql/sqlite/directory_lock.hpp"
#include "adapters/sql/sqlite/inspection.hpp"

namespace callboard::sql {

/// The file of a store.
std::filesystem::path store_file(const sqlite_options& options);

/// Makes the directory if it is missing, and says what is wrong with it otherwise.
std::optional<open_error> prepare_directory(const sqlite_options& options);

/// The lock of a data directory that is there.
std::variant<std::unique_ptr<directory_lock>, open_error> take_lock(const std::filesystem::path& directory);

/// As `inspect` (inspection.hpp), of any file.
store_inspection inspect_file(const std::filesystem::path& file, const sqlite_options& options);

/// What is known of a store once its file was checked and its schema is up to date.
struct opened_file {
  migration_report migrated;
  std::string store_epoch;
};

/// Checks the file, applies migrations, and makes or checks what was fixed when the store was made.
std::variant<opened_file, open_error> open_file(const sqlite_options& options);

store_settings settings_of(const sqlite_options& options);
/// How the writer of an SQLite store works.
write_options writing();

/// Opens further connections to a file that `open_file` accepted.
connection_factory writer_factory(const sqlite_options& options);
connection_factory reader_factory(const sqlite_options& options);

} // namespace callboard::sql

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "adapters/sql/store.hpp"

namespace callboard::sql {

/// Where the SQLite store lies and how it behaves. Layout of the directory: `callboard.sqlite` (with `-wal` and `-shm`
/// beside it) and `lock`.
struct sqlite_options {
  std::filesystem::path data_dir;
  unsigned partitions = 64;                       // fixed when the store is made; another number refuses to open
  unsigned readers = 2;                           // connections, and threads, that answer queries
  unsigned reader_queue = 1024;                   // queries that may wait per reader; beyond: `overloaded`
  std::chrono::milliseconds busy_timeout{5000};   // how long to wait for another process that writes
  std::chrono::milliseconds query_deadline{2000}; // how long a query may run; beyond: `timeout`
  std::uint32_t max_pages = 0;                    // of 4 KiB; beyond: `storage_full`; 0 = as many as the disk holds
  /// The partition of an aggregate's decimal id: murmur2(key) mod `partitions`. Required.
  std::function<partition_id(std::string_view key)> partition_of;
  /// The time given to what is written; the system's if empty.
  std::function<timestamp()> clock;
  std::chrono::hours keep_audit{24 * 400}; // entries of the audit log
};

/// Makes the directory and the file if they are missing, takes the lock, checks the file and brings its schema up to
/// date (each migration in a transaction of its own, forward only).
open_result open_store(const sqlite_options& options);

/// What `open_store` does to the files, alone: for `callboard migrate`. Refused while a server runs.
std::variant<migration_report, open_error> migrate(const sqlite_options& options);

/// Opens the store of this directory beside a server that may be running on it, for command lines. Those wait longer
/// for a turn: a server that commits one batch after the other leaves short gaps, and SQLite's waiting is not a queue.
session_result open_session_store(const sqlite_options& options);

} // namespace callboard::sql

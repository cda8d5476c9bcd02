#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "adapters/sql/store.hpp"
#include "messages/secret_text.hpp"

namespace callboard::sql {

/// Which PostgreSQL database holds the store, and how long anything may take.
struct postgres_options {
  /// postgresql://user:password@host:port/database?sslmode=verify-full, as libpq takes it.
  secret_text url;
  unsigned partitions = 64;     // fixed when the store is made; another number refuses to open
  unsigned readers = 4;         // connections, and threads, that answer queries
  unsigned reader_queue = 1024; // queries that may wait per reader; beyond: `overloaded`

  std::chrono::milliseconds connect_timeout{3000};   // to be connected and logged in
  std::chrono::milliseconds query_deadline{2000};    // a query; beyond: `timeout`
  std::chrono::milliseconds write_deadline{5000};    // a statement of a batch, its commit too
  std::chrono::milliseconds batch_deadline{30'000};  // a batch, from its begin to the answer of its commit
  std::chrono::milliseconds lock_timeout{2000};      // waiting for a row that another connection holds
  std::chrono::milliseconds idle_timeout{10'000};    // a transaction that the server hears nothing from
  std::chrono::milliseconds settle_deadline{20'000}; // finding out whether a commit took place whose answer was lost
  std::chrono::milliseconds ping_interval{1000};     // of the connection that holds the lock of the installation
  std::chrono::milliseconds first_retry{100}; // between attempts to connect, doubling with jitter up to `last_retry`
  std::chrono::milliseconds last_retry{2000};

  /// The partition of an aggregate's decimal id: murmur2(key) mod `partitions`. Required.
  std::function<partition_id(std::string_view key)> partition_of;
  /// The time given to what is written; the system's if empty.
  std::function<timestamp()> clock;
  std::chrono::hours keep_audit{24 * 400}; // entries of the audit log
  /// Told, from a thread of the store, when the lock of the installation is lost (false) and when it is held again
  /// (true). In between nothing is written.
  std::function<void(bool held)> lock_changed;
};

/// Connects, takes the lock of the installation and brings the schema up to date (each migration in a transaction of
/// its own, forward only).
open_result open_store(const postgres_options& options);

/// What `open_store` does to the database, alone: for `callboard migrate`. Refused while a server runs.
std::variant<migration_report, open_error> migrate(const postgres_options& options);

/// Opens the store of this database beside a server that may be running on it, for command lines.
session_result open_session_store(const postgres_options& options);

} // namespace callboard::sql

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include "adapters/sql/executor.hpp"
#include "messages/queries.hpp"
#include "messages/writes.hpp"

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
};

enum class open_failure : std::uint8_t {
  not_writable,   // the directory or file cannot be made or written
  locked,         // another server holds the directory
  newer_version,  // made by a later version of callboard
  corrupt,        // damaged
  not_a_store,    // no database, or that of another program
  other_settings, // made with another number of partitions
  failed,         // anything else, such as a full disk
};

/// Why a store did not open; `message` is one sentence for an operator. Nothing was changed in the files.
struct open_error {
  open_failure kind = open_failure::failed;
  std::string message;
};

class sqlite_store;
class sqlite_session;

using open_result = std::variant<std::shared_ptr<sqlite_store>, open_error>;
using session_result = std::variant<std::unique_ptr<sqlite_session>, open_error>;

/// Makes the directory and the file if they are missing, takes the lock, checks the file and brings its schema up to
/// date (each migration in a transaction of its own, forward only).
open_result open_store(const sqlite_options& options);

/// The version of the schema before and after.
struct migration_report {
  int from = 0;
  int to = 0;
};

/// What `open_store` does to the files, alone: for `callboard migrate`. Refused while a server runs.
std::variant<migration_report, open_error> migrate(const sqlite_options& options);

/// Opens the store of this directory beside a server that may be running on it, for command lines.
session_result open_session_store(const sqlite_options& options);

/// A server's store: holds the directory's lock for as long as it, or an actor spawned by it, lives.
class sqlite_store : public std::enable_shared_from_this<sqlite_store> {
public:
  struct parts;
  explicit sqlite_store(std::unique_ptr<parts> from);
  ~sqlite_store();

  /// Random text made with the store; it changes only when the store is replaced.
  const std::string& store_epoch() const;
  migration_report migrated() const;

  /// The write connection, in a thread of its own. SQLite has one writer: spawn it once.
  write_connection_actor spawn_writer(caf::actor_system& system);

  /// Answers every query from `readers` connections, each in a thread of its own: the least busy one gets it. A query
  /// sees all that was committed before it was sent. When the actor ends, so do they.
  store_actor spawn_reader_pool(caf::actor_system& system);

  /// A further connection for use without actors, by one thread at a time.
  session_result open_session();

private:
  std::unique_ptr<parts> parts_;
};

/// The store without actors: each call is a transaction that blocks. For command lines and tests; by one thread at a
/// time.
class sqlite_session {
public:
  struct parts;
  explicit sqlite_session(std::unique_ptr<parts> from);
  ~sqlite_session();

  /// Runs the operations as one transaction; the answer of each may be an error. An error: nothing was committed.
  caf::expected<write_answers> execute(const write_batch& batch);

  /// Runs one operation; its refusal is an error too.
  template <class Operation>
  caf::expected<typename Operation::result> execute(Operation operation) {
    write_batch batch;
    batch.operations.emplace_back(std::move(operation));
    auto answers = execute(batch);
    if (!answers)
      return std::move(answers.error());
    auto& answer = answers->answers.front();
    if (auto* error = std::get_if<caf::error>(&answer))
      return std::move(*error);
    return std::move(std::get<typename Operation::result>(answer));
  }

  /// Answers a query.
  template <class Query>
  caf::expected<typename Query::result> ask(const Query& question) {
    return reader().ask(question);
  }

private:
  query_executor& reader();

  std::unique_ptr<parts> parts_;
};

} // namespace callboard::sql

#pragma once

#include <memory>
#include <string>
#include <variant>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include "adapters/sql/actors.hpp"
#include "adapters/sql/executor.hpp"
#include "messages/probe.hpp"
#include "messages/queries.hpp"
#include "messages/writes.hpp"

namespace callboard::sql {

enum class open_failure : std::uint8_t {
  not_writable,   // the directory, file or server cannot be reached, made or written
  locked,         // another server works on the store
  newer_version,  // made by a later version of callboard
  corrupt,        // damaged
  not_a_store,    // no database, or that of another program
  other_settings, // made with another number of partitions
  failed,         // anything else, such as a full disk
};

/// Why a store did not open; `message` is one sentence for an operator. Nothing was changed in the store.
struct open_error {
  open_failure kind = open_failure::failed;
  std::string message;
};

/// The version of the schema before and after.
struct migration_report {
  int from = 0;
  int to = 0;
};

class server_store;
class store_session;

using open_result = std::variant<std::shared_ptr<server_store>, open_error>;
using session_result = std::variant<std::unique_ptr<store_session>, open_error>;

/// How to make the connections of a store: what differs between the databases.
struct store_access {
  std::function<std::unique_ptr<write_executor>()> make_writer;
  std::function<std::unique_ptr<query_executor>()> make_reader;
};

/// What a database hands over when its store has been opened.
struct opened_store {
  store_access access;
  reader_pool_options pool;
  std::string store_epoch;
  migration_report migrated;
  bool takes_several_writers = false; // at once, without one waiting for the other as a rule
  std::function<bool()> is_available = [] { return true; };
  std::shared_ptr<const void> lock; // held for as long as the store, or an actor spawned by it, lives
};

/// A server's store, whatever database it stands on.
class server_store : public std::enable_shared_from_this<server_store> {
public:
  explicit server_store(opened_store opened) : opened_{std::move(opened)} {}

  /// Random text made with the store; it changes only when the store is replaced.
  const std::string& store_epoch() const { return opened_.store_epoch; }
  migration_report migrated() const { return opened_.migrated; }

  /// Whether the database answers and this server may write; safe from any thread.
  bool is_available() const { return opened_.is_available(); }

  /// Where the requests of actors are counted that are spawned from now on, if the database is a system outside.
  void count_requests(std::shared_ptr<dependency_probe> probe) { probe_ = std::move(probe); }

  /// Whether more than one write connection is of use.
  bool takes_several_writers() const { return opened_.takes_several_writers; }

  /// A write connection, in a thread of its own. Spawn one only, unless the store takes several.
  write_connection_actor spawn_writer(caf::actor_system& system);

  /// Answers every query from `readers` connections, each in a thread of its own: the least busy one gets it. A query
  /// sees all that was committed before it was sent. When the actor ends, so do they.
  store_actor spawn_reader_pool(caf::actor_system& system);

  /// A further connection for use without actors, by one thread at a time.
  session_result open_session();

private:
  opened_store opened_;
  std::shared_ptr<dependency_probe> probe_;
};

/// The store without actors: each call is a transaction that blocks. For command lines and tests; by one thread at a
/// time.
class store_session {
public:
  explicit store_session(const store_access& access) : writer_{access.make_writer()}, reader_{access.make_reader()} {}

  /// Runs the operations as one transaction; the answer of each may be an error. An error: nothing was committed.
  caf::expected<write_answers> execute(const write_batch& batch) { return writer_->execute(batch); }

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
    return reader_->ask(question);
  }

private:
  std::unique_ptr<write_executor> writer_;
  std::unique_ptr<query_executor> reader_;
};

} // namespace callboard::sql

#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "adapters/sql/analytics.hpp"
#include "adapters/sql/append_together.hpp"
#include "adapters/sql/work.hpp"

namespace callboard::sql {

using connection_factory = std::function<std::unique_ptr<connection>()>;

/// The error that stands for a failure of the database.
caf::error to_error(const driver_error& error);

/// What a database needs of its writer beyond a connection.
struct write_options {
  /// How long to look for the outcome of a commit whose answer was lost.
  std::chrono::milliseconds settle_deadline{20'000};
  /// Whether this server may write at present; always if empty.
  std::function<bool()> may_write;

  // What each database does in its own way.

  /// Locks the rows of the partitions that a batch is fenced by against whoever would take them over, and reads them.
  /// Empty where nobody else writes.
  std::function<void(work&, const write_batch&)> lock_partitions;
  /// Makes the statements that append to many rooms at once.
  std::function<std::unique_ptr<append_forms>()> make_append_forms;
  /// Writes the events of a transaction to the outbox, if there are any.
  std::function<void(work&)> flush_outbox;
  /// Counts events.
  std::shared_ptr<counting_forms> counting;
};

/// Runs batches of operations, each batch as one transaction, over one connection. Used by one thread at a time.
class write_executor {
public:
  /// `connect` opens the connection, now and again after a failure that leaves it unusable.
  write_executor(connection_factory connect, store_settings settings, write_options options);

  /// The answer of every operation, in order, after the commit. An error: nothing of the batch was committed, unless it
  /// says that this could not be found out; then nothing more is written before it was.
  caf::expected<write_answers> execute(const write_batch& batch);

private:
  write_answers attempt(const write_batch& batch);
  bool settle(std::chrono::milliseconds patience);
  void run_all(connection& db, const write_batch& batch, write_answers& answers);
  void append(work& unit, const write_batch& batch, std::size_t first, write_answers& answers,
              std::vector<bool>& is_done);

  connection_factory connect_;
  store_settings settings_;
  write_options options_;
  event_ids ids_;
  std::unique_ptr<connection> db_;
  std::optional<uuid> in_doubt_; // a batch of which it is not known whether it was committed
};

/// Answers queries over one connection, each from one snapshot. Used by one thread at a time.
class query_executor {
public:
  query_executor(connection_factory connect, store_settings settings, std::chrono::milliseconds deadline);

  template <class Query>
  caf::expected<typename Query::result> ask(const Query& question);

private:
  connection_factory connect_;
  store_settings settings_;
  std::chrono::milliseconds deadline_;
  std::unique_ptr<connection> db_;
};

} // namespace callboard::sql

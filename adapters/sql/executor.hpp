#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "adapters/sql/work.hpp"

namespace callboard::sql {

using connection_factory = std::function<std::unique_ptr<connection>()>;

/// The error that stands for a failure of the database.
caf::error to_error(const driver_error& error);

/// Runs batches of operations, each batch as one transaction, over one connection. Used by one thread at a time.
class write_executor {
public:
  /// `connect` opens the connection, now and again after a failure that leaves it unusable.
  write_executor(connection_factory connect, store_settings settings);

  /// The answer of every operation, in order, after the commit. An error: nothing of the batch was committed.
  caf::expected<write_answers> execute(const write_batch& batch);

private:
  void run_all(connection& db, const write_batch& batch, write_answers& answers);

  connection_factory connect_;
  store_settings settings_;
  event_ids ids_;
  std::unique_ptr<connection> db_;
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

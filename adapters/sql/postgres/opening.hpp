#pragma once

#include <optional>

#include "adapters/sql/executor.hpp"
#include "adapters/sql/inspection.hpp"
#include "adapters/sql/postgres/connection.hpp"
#include "adapters/sql/postgres/node_lock.hpp"
#include "adapters/sql/postgres/reconnecting.hpp"
#include "adapters/sql/postgres/store.hpp"

namespace callboard::sql {

/// What all connections of a store share.
class postgres_server {
public:
  explicit postgres_server(postgres_options options);

  const postgres_options& options() const { return options_; }
  /// Host, port and database, for sentences.
  const std::string& place() const { return place_; }
  bool is_up() const { return reconnecting_.is_up(); }

  /// Connects, or throws `driver_error` at once while the next attempt has to wait. `purpose` is what the database's
  /// administrator sees; `statement` limits one statement.
  std::unique_ptr<postgres_connection> connect(std::string_view purpose, std::chrono::milliseconds statement);

private:
  postgres_options options_;
  std::string place_;
  reconnecting reconnecting_;
  std::shared_ptr<watchdog> watchdog_ = std::make_shared<watchdog>();
};

/// What is known of a store once its schema is up to date.
struct opened_schema {
  migration_report migrated;
  std::string store_epoch;
};

/// Checks the schema, applies migrations, and makes or checks what was fixed when the store was made.
std::variant<opened_schema, open_error> open_schema(postgres_server& server);

/// As `inspect` (inspection.hpp), of a server.
store_inspection inspect_schema(postgres_server& server);

store_settings settings_of(const postgres_options& options);

/// How the executors of a store get their connections. With a lock, nothing is written while it is not held.
store_access access_to(std::shared_ptr<postgres_server> server, std::shared_ptr<node_lock> lock);

/// Takes the lock of the installation.
std::variant<std::shared_ptr<node_lock>, open_error> take_lock(const std::shared_ptr<postgres_server>& server);

/// The sentence for a database that cannot be opened.
open_error describe(const postgres_server& server, const driver_error& error);

} // namespace callboard::sql

#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <pqxx/result>

#include "adapters/sql/driver.hpp"
#include "adapters/sql/postgres/connecting.hpp"
#include "adapters/sql/postgres/watchdog.hpp"

namespace callboard::sql {

/// How long a connection waits, for what.
struct connection_limits {
  std::chrono::milliseconds statement{2000};     // the server ends a statement after it
  std::chrono::milliseconds transaction{30'000}; // from the begin of a write to the answer of its commit
  std::chrono::milliseconds lock{2000};          // the server ends a wait for a row after it
  std::chrono::milliseconds idle{10'000};        // the server ends a transaction that it hears nothing from
};

/// A connection to PostgreSQL over libpqxx, which blocks: a watchdog cuts it at the deadline of whatever it does. Once
/// cut or lost it stays so; nothing is done again behind the caller's back.
class postgres_connection final : public connection {
public:
  /// Connects; throws `driver_error`.
  postgres_connection(const connecting& how, const connection_limits& limits, std::shared_ptr<watchdog> guard);
  ~postgres_connection() override;
  postgres_connection(const postgres_connection&) = delete;
  postgres_connection& operator=(const postgres_connection&) = delete;

  /// Runs one or several statements given as text, outside or inside a transaction.
  pqxx::result execute(const std::string& script);
  /// The socket, to wait on; nothing arrives on it while no statement runs but the end of the connection.
  int socket() const;
  /// Raises the limits of a statement for work that takes long, such as a migration.
  void set_limits(const connection_limits& limits);
  /// The server's process for this connection.
  int backend() const;

  statement& prepare(std::string_view text) override;
  std::string_view row_lock() const override { return " FOR NO KEY UPDATE"; }
  std::int64_t changed_rows() override { return changed_; }
  void begin_write() override;
  void begin_batch(const uuid& id) override;
  bool took_place(const uuid& id) override;
  bool is_alive() noexcept override;
  void begin_read() override;
  void commit() override;
  bool roll_back() noexcept override;
  void set_savepoint() override;
  void release_savepoint() override;
  void roll_back_to_savepoint() override;
  void set_deadline(std::optional<std::chrono::steady_clock::time_point> deadline) override;

private:
  friend class postgres_statement;
  struct parts;

  /// Runs what calls libpqxx under the watchdog, and turns what it throws into `driver_error`.
  pqxx::result guarded(const std::function<pqxx::result()>& call);
  std::chrono::steady_clock::time_point limit() const;
  void begin(const std::string& script);
  void end();

  std::unique_ptr<parts> parts_;
  connection_limits limits_;
  std::shared_ptr<watchdog> guard_;
  std::optional<std::chrono::steady_clock::time_point> deadline_;        // of a read
  std::optional<std::chrono::steady_clock::time_point> transaction_end_; // of a write
  std::int64_t changed_ = 0;
  unsigned batches_ = 0;
  bool is_open_ = false; // a transaction
  bool is_lost_ = false;
};

} // namespace callboard::sql

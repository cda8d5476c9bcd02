#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "adapters/sql/driver.hpp"

struct sqlite3;

namespace callboard::sql {

class batch_rows;

enum class access : std::uint8_t { read_only, read_write };

/// A connection to an SQLite file (WAL, synchronous=FULL).
class sqlite_connection final : public connection {
public:
  /// Opens without changing anything in the file; `read_write` makes the file if it is missing.
  /// Throws `driver_error`.
  sqlite_connection(const std::filesystem::path& file, access mode, std::chrono::milliseconds busy_timeout);
  ~sqlite_connection() override;
  sqlite_connection(const sqlite_connection&) = delete;
  sqlite_connection& operator=(const sqlite_connection&) = delete;

  /// Sets journal, durability and cache sizes, once the file is known to be ours.
  void configure();
  /// Runs one or several statements given as text.
  void execute(const std::string& script);
  /// What the table `batch` has for the statements to come (batch_rows.hpp); null: nothing.
  void show_batch(const batch_rows* rows) { batch_ = rows; }

  statement& prepare(std::string_view text) override;
  std::int64_t changed_rows() override;
  void begin_write() override;
  void begin_read() override;
  void commit() override;
  bool roll_back() noexcept override;
  void set_savepoint() override;
  void release_savepoint() override;
  void roll_back_to_savepoint() override;
  void set_deadline(std::optional<std::chrono::steady_clock::time_point> deadline) override;

private:
  struct statements;
  void run(std::string_view text);

  sqlite3* handle_ = nullptr;
  access mode_;
  const batch_rows* batch_ = nullptr;
  std::unique_ptr<statements> statements_;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
};

} // namespace callboard::sql

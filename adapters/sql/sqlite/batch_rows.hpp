#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

struct sqlite3;

namespace callboard::sql {

/// A value of a row in memory: nothing, a number, a text, or bytes. Texts and bytes are views.
struct row_bytes {
  std::string_view bytes;
};
using row_value = std::variant<std::monostate, std::int64_t, std::string_view, row_bytes>;

/// Rows in memory that a statement reads as a table, so that one statement takes them all: binding and stepping once
/// for each row costs more than the work itself.
class batch_rows {
public:
  static constexpr int most_columns = 10;

  virtual ~batch_rows() = default;
  virtual std::size_t size() const = 0;
  /// What it views must live until the statement has ended.
  virtual row_value at(std::size_t row, int column) const = 0;
};

/// Adds the table `batch(c0, c1, …)` to a connection; it has the rows that `*current` points to when a statement
/// begins to read it, none for a null pointer. `current` must outlive the connection. Answers an SQLite result code.
int add_batch_table(sqlite3* handle, const batch_rows** current);

} // namespace callboard::sql

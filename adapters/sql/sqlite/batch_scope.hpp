#pragma once

#include <type_traits>
#include <utility>
#include <vector>

#include "adapters/sql/sqlite/batch_rows.hpp"
#include "adapters/sql/sqlite/connection.hpp"
#include "adapters/sql/work.hpp"

namespace callboard::sql {

/// The table `batch` has these rows while it lives.
class batch_scope {
public:
  batch_scope(work& unit, const batch_rows& rows) : db_{static_cast<sqlite_connection&>(unit.db)} {
    db_.show_batch(&rows);
  }
  ~batch_scope() { db_.show_batch(nullptr); }
  batch_scope(const batch_scope&) = delete;
  batch_scope& operator=(const batch_scope&) = delete;

private:
  sqlite_connection& db_; // what the writer of an SQLite store works with
};

/// The elements of a vector as rows, by a function (element, column) -> row_value.
template <class Element, class Column>
class rows_of final : public batch_rows {
public:
  rows_of(const std::vector<Element>& elements, Column column) : elements_{elements}, column_{std::move(column)} {}
  std::size_t size() const override { return elements_.size(); }
  row_value at(std::size_t row, int column) const override { return column_(elements_[row], column); }

private:
  const std::vector<Element>& elements_;
  Column column_;
};

template <class T>
requires std::is_enum_v<T> || std::is_integral_v<T> row_value number(T value) {
  return static_cast<std::int64_t>(value);
}

inline row_value bytes_of(const uuid& id) {
  return row_bytes{{reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()}};
}

} // namespace callboard::sql

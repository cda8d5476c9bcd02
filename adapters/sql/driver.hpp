#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "messages/ids.hpp"

namespace callboard::sql {

/// What went wrong in a database, as far as it decides what happens next.
enum class failure : std::uint8_t {
  busy,        // locked beyond the time-out: the same transaction may succeed later
  retry,       // a deadlock or serialisation failure: the same transaction is expected to succeed at once
  constraint,  // a rule of the schema; the transaction itself goes on
  full,        // no room on the disk
  interrupted, // the deadline of a read passed
  io,          // reading, writing or the connection failed
  corrupt,     // the file is damaged or no database
  in_doubt,    // the connection was lost while it committed: whether it did is to be found out (`took_place`)
  fatal,       // a mistake of ours
};

/// How drivers report a failure to the repositories. It never leaves adapters/sql.
class driver_error : public std::runtime_error {
public:
  driver_error(failure kind, const std::string& text) : std::runtime_error{text}, kind_{kind} {}
  failure kind() const { return kind_; }

private:
  failure kind_;
};

/// A prepared statement. Parameters count from 1, columns from 0.
class statement {
public:
  virtual ~statement() = default;
  virtual void bind_integer(int index, std::int64_t value) = 0;
  /// Without `copy`, the bytes must live until the statement is reset.
  virtual void bind_text(int index, std::string_view value, bool copy) = 0;
  virtual void bind_bytes(int index, std::string_view value, bool copy) = 0;
  virtual void bind_null(int index) = 0;
  /// Runs to the next row; false at the end.
  virtual bool step() = 0;
  virtual std::int64_t integer_at(int column) = 0;
  /// Text or bytes; valid until the next step.
  virtual std::string_view text_at(int column) = 0;
  virtual bool is_null_at(int column) = 0;
  virtual void reset() noexcept = 0;
};

/// One connection to a database; used by one thread at a time.
class connection {
public:
  virtual ~connection() = default;
  /// The statement of this text, prepared once. Parameters are written $1, $2 …
  virtual statement& prepare(std::string_view text) = 0;
  /// What a SELECT ends with that holds the rows it found until the transaction ends, where others may write meanwhile.
  virtual std::string_view row_lock() const { return {}; }
  /// Rows changed by the last statement that changes rows.
  virtual std::int64_t changed_rows() = 0;
  virtual void begin_write() = 0;
  /// As `begin_write`, under an id by which `took_place` finds the transaction; for connections that may lose an
  /// answer.
  virtual void begin_batch(const uuid&) { begin_write(); }
  /// Whether the transaction that was begun under this id, by whichever connection, was committed. Waits until it has
  /// ended. Asked after `failure::in_doubt`, which not every database knows.
  virtual bool took_place(const uuid&) { throw driver_error{failure::fatal, "no transaction is ever in doubt"}; }
  /// Whether the connection may be used, as far as one sees without asking the server.
  virtual bool is_alive() noexcept { return true; }
  virtual void begin_read() = 0;
  virtual void commit() = 0;
  /// Ends a transaction, if there is one, without effect. False: the connection is unusable.
  virtual bool roll_back() noexcept = 0;
  virtual void set_savepoint() = 0;
  virtual void release_savepoint() = 0;
  virtual void roll_back_to_savepoint() = 0;
  /// Interrupts what still runs at `deadline`; nothing: no limit.
  virtual void set_deadline(std::optional<std::chrono::steady_clock::time_point> deadline) = 0;
};

/// The result of a statement; gives the statement back when it goes.
class rows {
public:
  explicit rows(statement& source) : source_{&source} {}
  rows(rows&& other) noexcept : source_{std::exchange(other.source_, nullptr)} {}
  rows(const rows&) = delete;
  rows& operator=(const rows&) = delete;
  rows& operator=(rows&&) = delete;
  ~rows() {
    if (source_)
      source_->reset();
  }

  bool next() { return source_->step(); }
  bool is_null(int column) { return source_->is_null_at(column); }

  /// A column as number, yes/no, id, enumeration, time, text or UUID.
  template <class T>
  T get(int column) {
    if constexpr (std::is_same_v<T, std::string>) {
      return std::string{source_->text_at(column)};
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      return source_->text_at(column);
    } else if constexpr (std::is_same_v<T, uuid>) {
      auto bytes = source_->text_at(column);
      uuid id;
      if (bytes.size() == id.bytes.size())
        std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
      return id;
    } else if constexpr (std::is_same_v<T, timestamp>) {
      return timestamp{std::chrono::milliseconds{source_->integer_at(column)}};
    } else if constexpr (std::is_same_v<T, bool>) {
      return source_->integer_at(column) != 0;
    } else {
      static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
      return static_cast<T>(source_->integer_at(column));
    }
  }

private:
  statement* source_;
};

template <class T>
void bind_value(statement& to, int index, const T& value, bool copy) {
  if constexpr (std::is_same_v<T, uuid>) {
    to.bind_bytes(index, {reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()}, copy);
  } else if constexpr (std::is_same_v<T, timestamp>) {
    to.bind_integer(index, value.time_since_epoch().count());
  } else if constexpr (std::is_same_v<T, std::nullopt_t>) {
    to.bind_null(index);
  } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
    to.bind_integer(index, static_cast<std::int64_t>(value));
  } else {
    to.bind_text(index, std::string_view{value}, copy);
  }
}

/// Text that is stored as NULL when empty.
struct nullable_text {
  std::string_view value;
};

inline void bind_value(statement& to, int index, const nullable_text& text, bool copy) {
  if (text.value.empty())
    to.bind_null(index);
  else
    to.bind_text(index, text.value, copy);
}

/// Starts a statement; its rows are read with `next` and `get`.
template <class... Values>
rows select(connection& db, std::string_view text, const Values&... values) {
  auto& prepared = db.prepare(text);
  int index = 0;
  (bind_value(prepared, ++index, values, true), ...);
  return rows{prepared};
}

/// Runs a statement to its end and answers how many rows it changed.
template <class... Values>
std::int64_t run(connection& db, std::string_view text, const Values&... values) {
  auto& prepared = db.prepare(text);
  int index = 0;
  (bind_value(prepared, ++index, values, false), ...);
  rows result{prepared};
  while (result.next()) {
  }
  return db.changed_rows();
}

} // namespace callboard::sql

#include "adapters/sql/sqlite/batch_rows.hpp"

#include <new>

#include <sqlite3.h>

// The table is one of SQLite's virtual tables (https://www.sqlite.org/vtab.html), of the kind that exists without being
// created. The structures begin with SQLite's own, which is how it hands them back.

namespace callboard::sql {
namespace {

struct table {
  sqlite3_vtab base{};
  const batch_rows** current = nullptr;
};

struct cursor {
  sqlite3_vtab_cursor base{};
  const batch_rows* rows = nullptr;
  std::size_t row = 0;
};

cursor& of(sqlite3_vtab_cursor* base) {
  return *reinterpret_cast<cursor*>(base);
}

int connect(sqlite3* handle, void* current, int, const char* const*, sqlite3_vtab** result, char**) {
  static_assert(batch_rows::most_columns == 10);
  auto code = sqlite3_declare_vtab(handle, "CREATE TABLE batch (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9)");
  if (code != SQLITE_OK)
    return code;
  auto* made = new (std::nothrow) table;
  if (!made)
    return SQLITE_NOMEM;
  made->current = static_cast<const batch_rows**>(current);
  *result = &made->base;
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* base) {
  delete reinterpret_cast<table*>(base);
  return SQLITE_OK;
}

// It is read from the first row to the last, whatever is asked for; a batch is best the outer loop of a join.
int best_index(sqlite3_vtab*, sqlite3_index_info* plan) {
  plan->estimatedCost = 1'000;
  plan->estimatedRows = 1'000;
  return SQLITE_OK;
}

int open(sqlite3_vtab*, sqlite3_vtab_cursor** result) {
  auto* made = new (std::nothrow) cursor;
  if (!made)
    return SQLITE_NOMEM;
  *result = &made->base;
  return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* base) {
  delete &of(base);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* base, int, const char*, int, sqlite3_value**) {
  auto& at = of(base);
  at.rows = *reinterpret_cast<table*>(base->pVtab)->current;
  at.row = 0;
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* base) {
  ++of(base).row;
  return SQLITE_OK;
}

int is_at_end(sqlite3_vtab_cursor* base) {
  auto& at = of(base);
  return !at.rows || at.row >= at.rows->size() ? 1 : 0;
}

struct result_setter {
  sqlite3_context* to;
  void operator()(std::monostate) const { sqlite3_result_null(to); }
  void operator()(std::int64_t number) const { sqlite3_result_int64(to, number); }
  void operator()(std::string_view text) const {
    sqlite3_result_text64(to, text.data() ? text.data() : "", text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  void operator()(row_bytes value) const {
    sqlite3_result_blob64(to, value.bytes.data() ? value.bytes.data() : "", value.bytes.size(), SQLITE_STATIC);
  }
};

int column(sqlite3_vtab_cursor* base, sqlite3_context* to, int number) {
  auto& at = of(base);
  std::visit(result_setter{to}, at.rows->at(at.row, number));
  return SQLITE_OK;
}

int row_number(sqlite3_vtab_cursor* base, sqlite3_int64* number) {
  *number = static_cast<sqlite3_int64>(of(base).row);
  return SQLITE_OK;
}

sqlite3_module make_module() {
  sqlite3_module result{};
  result.xConnect = connect;
  result.xBestIndex = best_index;
  result.xDisconnect = disconnect;
  result.xOpen = open;
  result.xClose = close;
  result.xFilter = filter;
  result.xNext = next;
  result.xEof = is_at_end;
  result.xColumn = column;
  result.xRowid = row_number;
  return result;
}

} // namespace

int add_batch_table(sqlite3* handle, const batch_rows** current) {
  static const sqlite3_module module = make_module();
  return sqlite3_create_module(handle, "batch", &module, static_cast<void*>(current));
}

} // namespace callboard::sql

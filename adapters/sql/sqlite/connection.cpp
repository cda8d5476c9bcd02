#include "adapters/sql/sqlite/connection.hpp"

#include <cerrno>
#include <unordered_map>

#include <sqlite3.h>

#include "adapters/sql/sqlite/batch_rows.hpp"
#include "adapters/sql/sqlite/gathering_vfs.hpp"

namespace callboard::sql {
namespace {

failure kind_of(int extended, int system_error) {
  switch (extended & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return failure::busy;
  case SQLITE_CONSTRAINT:
    return failure::constraint;
  case SQLITE_FULL:
    return failure::full;
  case SQLITE_INTERRUPT:
    return failure::interrupted;
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return failure::corrupt;
  case SQLITE_IOERR:
    return system_error == ENOSPC || system_error == EDQUOT ? failure::full : failure::io;
  case SQLITE_CANTOPEN:
  case SQLITE_READONLY:
  case SQLITE_PERM:
  case SQLITE_AUTH:
  case SQLITE_NOMEM:
    return failure::io;
  default:
    return failure::fatal;
  }
}

[[noreturn]] void fail(sqlite3* handle) {
  throw driver_error{kind_of(sqlite3_extended_errcode(handle), sqlite3_system_errno(handle)), sqlite3_errmsg(handle)};
}

void check(sqlite3* handle, int code) {
  if (code != SQLITE_OK)
    fail(handle);
}

/// SQLite calls a parameter ?1 where PostgreSQL says $1.
std::string to_sqlite_parameters(std::string_view text) {
  std::string result{text};
  for (auto& c : result)
    if (c == '$')
      c = '?';
  return result;
}

class sqlite_statement final : public statement {
public:
  sqlite_statement(sqlite3* handle, std::string_view text) : handle_{handle} {
    auto source = to_sqlite_parameters(text);
    check(handle_, sqlite3_prepare_v3(handle_, source.data(), static_cast<int>(source.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared_, nullptr));
  }
  ~sqlite_statement() override { sqlite3_finalize(prepared_); }
  sqlite_statement(const sqlite_statement&) = delete;
  sqlite_statement& operator=(const sqlite_statement&) = delete;

  bool is_in_use() const { return sqlite3_stmt_busy(prepared_) != 0; }

  void bind_integer(int index, std::int64_t value) override {
    check(handle_, sqlite3_bind_int64(prepared_, index, value));
  }
  void bind_text(int index, std::string_view value, bool copy) override {
    check(handle_, sqlite3_bind_text64(prepared_, index, value.data() ? value.data() : "", value.size(),
                                       copy ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8));
  }
  void bind_bytes(int index, std::string_view value, bool copy) override {
    check(handle_, sqlite3_bind_blob64(prepared_, index, value.data() ? value.data() : "", value.size(),
                                       copy ? SQLITE_TRANSIENT : SQLITE_STATIC));
  }
  void bind_null(int index) override { check(handle_, sqlite3_bind_null(prepared_, index)); }

  bool step() override {
    switch (sqlite3_step(prepared_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      fail(handle_);
    }
  }
  std::int64_t integer_at(int column) override { return sqlite3_column_int64(prepared_, column); }
  std::string_view text_at(int column) override {
    auto* data = static_cast<const char*>(sqlite3_column_blob(prepared_, column));
    return {data ? data : "", static_cast<std::size_t>(sqlite3_column_bytes(prepared_, column))};
  }
  bool is_null_at(int column) override { return sqlite3_column_type(prepared_, column) == SQLITE_NULL; }
  void reset() noexcept override { sqlite3_reset(prepared_); }

private:
  sqlite3* handle_;
  sqlite3_stmt* prepared_ = nullptr;
};

// Instructions of SQLite's machine between two looks at the clock; about 20 microseconds.
constexpr int instructions_per_check = 2000;

int is_past(void* deadline) {
  auto& limit = *static_cast<std::optional<std::chrono::steady_clock::time_point>*>(deadline);
  return limit && std::chrono::steady_clock::now() > *limit ? 1 : 0;
}

} // namespace

namespace {

// Before the library's first use: without its memory statistics, which nobody reads, an allocation takes no lock that
// all connections share.
void prepare_library() {
  static const bool done = [] { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK; }();
  (void)done; // refused once the library runs: then it runs as it was
}

} // namespace

struct sqlite_connection::statements {
  // The keys view string literals of the repositories.
  std::unordered_map<std::string_view, std::unique_ptr<sqlite_statement>> by_text;
};

sqlite_connection::sqlite_connection(const std::filesystem::path& file, access mode,
                                     std::chrono::milliseconds busy_timeout)
    : mode_{mode}, statements_{std::make_unique<statements>()} {
  prepare_library();
  auto flags = mode == access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  // One thread uses a connection at a time, so it needs no mutex of its own.
  if (sqlite3_open_v2(file.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, gathering_vfs()) !=
      SQLITE_OK) {
    driver_error error{kind_of(sqlite3_extended_errcode(handle_), sqlite3_system_errno(handle_)),
                       sqlite3_errmsg(handle_)};
    sqlite3_close_v2(handle_);
    throw error;
  }
  // Small allocations of a statement come from the connection's own memory.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_LOOKASIDE, nullptr, 512, 512);
  sqlite3_busy_timeout(handle_, static_cast<int>(busy_timeout.count()));
  // A file that turns out not to be ours must stay as it is: no checkpoint before `configure`.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

sqlite_connection::~sqlite_connection() {
  statements_.reset();
  sqlite3_close_v2(handle_);
}

void sqlite_connection::configure() {
  if (mode_ == access::read_write) {
    execute("PRAGMA journal_mode = WAL;"
            "PRAGMA synchronous = FULL;"
            "PRAGMA wal_autocheckpoint = 16000;"
            "PRAGMA journal_size_limit = 67108864;"
            "PRAGMA cache_size = -65536;");
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    check(handle_, add_batch_table(handle_, &batch_));
  } else {
    execute("PRAGMA cache_size = -16384;");
  }
  execute("PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456; PRAGMA trusted_schema = OFF;");
}

void sqlite_connection::execute(const std::string& script) {
  check(handle_, sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr));
}

statement& sqlite_connection::prepare(std::string_view text) {
  auto& slot = statements_->by_text[text];
  if (!slot)
    slot = std::make_unique<sqlite_statement>(handle_, text);
  if (slot->is_in_use())
    throw driver_error{failure::fatal, "a statement was started again before its rows were read"};
  return *slot;
}

std::int64_t sqlite_connection::changed_rows() {
  return sqlite3_changes64(handle_);
}

void sqlite_connection::run(std::string_view text) {
  rows{prepare(text)}.next();
}

void sqlite_connection::begin_write() {
  run("BEGIN IMMEDIATE");
}

void sqlite_connection::begin_read() {
  run("BEGIN DEFERRED");
}

void sqlite_connection::commit() {
  run("COMMIT");
}

bool sqlite_connection::roll_back() noexcept {
  try {
    // Some failures (a full disk, for one) have ended the transaction already.
    if (sqlite3_get_autocommit(handle_) == 0)
      run("ROLLBACK");
    return true;
  } catch (const driver_error&) {
    return sqlite3_get_autocommit(handle_) != 0;
  }
}

void sqlite_connection::set_savepoint() {
  run("SAVEPOINT operation");
}

void sqlite_connection::release_savepoint() {
  run("RELEASE operation");
}

void sqlite_connection::roll_back_to_savepoint() {
  run("ROLLBACK TO operation");
  run("RELEASE operation");
}

void sqlite_connection::set_deadline(std::optional<std::chrono::steady_clock::time_point> deadline) {
  deadline_ = deadline;
  sqlite3_progress_handler(handle_, deadline ? instructions_per_check : 0, deadline ? is_past : nullptr, &deadline_);
}

} // namespace callboard::sql

#include "adapters/sql/sqlite/copies.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "adapters/sql/meta.hpp"
#include "adapters/sql/sqlite/migrations.hpp"
#include "adapters/sql/sqlite/opening.hpp"

namespace callboard::sql {
namespace {

namespace fs = std::filesystem;

using handle = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;

/// A file that goes with its companions unless it was moved to where it belongs.
struct draft {
  fs::path path;

  explicit draft(fs::path where) : path{std::move(where)} { remove(); }
  ~draft() { remove(); }
  draft(const draft&) = delete;
  draft& operator=(const draft&) = delete;

  void remove() const {
    std::error_code error;
    for (auto* companion : {"", "-wal", "-shm", "-journal"})
      fs::remove(path.string() + companion, error);
  }
};

open_error cannot(const std::string& what, const fs::path& file, const std::string& reason) {
  return {open_failure::not_writable, file.string() + " cannot be " + what + ": " + reason + "."};
}

handle open_handle(const fs::path& file, int flags) {
  sqlite3* opened = nullptr;
  auto code = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
  handle made{opened, &sqlite3_close};
  if (code != SQLITE_OK)
    throw driver_error{failure::io, opened ? sqlite3_errmsg(opened) : "out of memory"};
  return made;
}

/// All pages in one read transaction of the source: in steps it would begin anew at each commit of a server.
void copy_pages(const fs::path& from, const fs::path& to) {
  auto source = open_handle(from, SQLITE_OPEN_READONLY);
  auto target = open_handle(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  auto* copying = sqlite3_backup_init(target.get(), "main", source.get(), "main");
  if (copying != nullptr) {
    sqlite3_backup_step(copying, -1);
    sqlite3_backup_finish(copying);
  }
  if (auto code = sqlite3_errcode(target.get()); code != SQLITE_OK && code != SQLITE_DONE)
    throw driver_error{code == SQLITE_FULL ? failure::full : failure::io, sqlite3_errmsg(target.get())};
}

std::string sync(const fs::path& path, int flags) {
  int file = ::open(path.c_str(), flags | O_CLOEXEC);
  bool synced = file >= 0 && ::fsync(file) == 0;
  std::string reason = synced ? "" : std::strerror(errno);
  if (file >= 0)
    ::close(file);
  return reason;
}

std::string sync_file(const fs::path& file) {
  return sync(file, O_RDONLY);
}

std::string sync_directory(const fs::path& directory) {
  return sync(directory.empty() ? fs::path{"."} : directory, O_RDONLY | O_DIRECTORY);
}

/// Makes a copy one file without a log beside it, after `change`, and answers the version of its schema.
int settle(const fs::path& file, const std::function<void(sqlite_connection&)>& change) {
  sqlite_connection db{file, access::read_write, std::chrono::milliseconds{0}};
  db.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL");
  change(db);
  auto found = select(db, "PRAGMA integrity_check(1)");
  if (found.next() && found.get<std::string_view>(0) != "ok")
    throw driver_error{failure::corrupt, found.get<std::string>(0)};
  int version = 0;
  examine(db, version);
  return version;
}

void change_epoch(sqlite_connection& db) {
  db.begin_write();
  run(db, "UPDATE meta SET value = $1 WHERE name = 'store_epoch'", make_store_epoch());
  db.commit();
}

/// "20261128T200000Z", in UTC.
std::string time_in_name() {
  auto now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  auto size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
  return {text.data(), size};
}

/// Renames the store and, before it, the log with what was committed last, which belongs to it under this name.
std::variant<fs::path, open_error> set_aside(const fs::path& store) {
  std::error_code error;
  if (!fs::exists(store, error))
    return fs::path{};
  auto aside = store.string() + ".replaced-" + time_in_name();
  for (auto* companion : {"-wal", "-shm", ""}) {
    auto from = store.string() + companion;
    if (fs::exists(aside + companion, error))
      return cannot("moved aside", from, aside + companion + " is there");
    if (fs::exists(from, error))
      fs::rename(from, aside + companion, error);
    if (error)
      return cannot("moved aside", from, error.message());
  }
  return fs::path{aside};
}

std::variant<restore_report, open_error> put_in_place(const fs::path& file, const fs::path& store, int version) {
  if (auto reason = sync_file(file); !reason.empty())
    return cannot("written", file, reason);
  auto aside = set_aside(store);
  if (auto* refused = std::get_if<open_error>(&aside))
    return *refused;
  std::error_code error;
  fs::rename(file, store, error);
  auto reason = error ? error.message() : sync_directory(store.parent_path());
  if (!reason.empty())
    return cannot("put in place", store, reason);
  return restore_report{version, std::get<fs::path>(aside)};
}

} // namespace

std::variant<backup_report, open_error> back_up(const sqlite_options& options, const fs::path& target) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(target, error)))
    return cannot("written", target, "it is there already");
  auto found = inspect(options);
  if (auto* refused = std::get_if<open_error>(&found))
    return *refused;
  auto store = store_file(options);
  if (std::get<store_facts>(found).version == 0)
    return open_error{open_failure::not_a_store, "There is no store " + store.string() + "."};
  draft copy{target.string() + ".draft-" + std::to_string(::getpid())};
  try {
    copy_pages(store, copy.path);
    backup_report report;
    report.version = settle(copy.path, [](sqlite_connection&) {});
    report.bytes = fs::file_size(copy.path, error);
    auto reason = sync_file(copy.path);
    // A link, unlike a rename, never takes the place of a file that came meanwhile.
    if (reason.empty() && ::link(copy.path.c_str(), target.c_str()) != 0)
      reason = std::strerror(errno);
    if (reason.empty())
      reason = sync_directory(target.parent_path());
    if (!reason.empty())
      return cannot("written", target, reason);
    return report;
  } catch (const driver_error& failed) {
    return cannot("written", target, failed.what());
  }
}

std::variant<restore_report, open_error> restore(const sqlite_options& options, const fs::path& source) {
  std::error_code error;
  if (!fs::exists(source, error))
    return open_error{open_failure::not_a_store, "There is no file " + source.string() + "."};
  auto found = inspect_file(source, options);
  if (auto* refused = std::get_if<open_error>(&found))
    return *refused;
  if (std::get<store_facts>(found).version == 0)
    return open_error{open_failure::not_a_store, source.string() + " is no copy of a store."};
  if (auto refused = prepare_directory(options))
    return *refused;
  auto lock = take_lock(options.data_dir);
  if (auto* refused = std::get_if<open_error>(&lock))
    return *refused;
  auto store = store_file(options);
  draft copy{store.string() + ".draft"};
  try {
    copy_pages(source, copy.path);
    auto version = settle(copy.path, change_epoch);
    return put_in_place(copy.path, store, version);
  } catch (const driver_error& failed) {
    if (failed.kind() == failure::corrupt)
      return open_error{open_failure::corrupt, source.string() + " is damaged: " + failed.what() + "."};
    return cannot("put in place", store, failed.what());
  }
}

} // namespace callboard::sql

#include "adapters/sql/sqlite/opening.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

#include <sqlite3.h>
#include <unistd.h>

#include "adapters/sql/meta.hpp"
#include "adapters/sql/sqlite/batch_forms.hpp"
#include "adapters/sql/sqlite/migrations.hpp"

namespace callboard::sql {
namespace {

// A file up to this size is checked page by page at each start, which takes some 20 ms; larger ones where they are
// read.
constexpr std::uintmax_t max_checked_size = 16u << 20;

constexpr std::string_view file_magic{"SQLite format 3\0", 16};

open_error describe(const std::filesystem::path& path, const driver_error& error) {
  const auto& file = path.native();
  std::string reason = error.what(); // of several lines, where a check of the pages found something
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  switch (error.kind()) {
  case failure::corrupt:
    return {open_failure::corrupt, "The store " + file + " is damaged: " + reason + "."};
  case failure::io:
    return {open_failure::not_writable, "The store " + file + " cannot be read and written: " + reason + "."};
  case failure::full:
    return {open_failure::failed, "The store " + file + " does not open: the disk is full."};
  case failure::busy:
    return {open_failure::failed, "The store " + file + " does not open: another process keeps it locked."};
  default:
    return {open_failure::failed, "The store " + file + " does not open: " + reason + "."};
  }
}

/// Nothing if the file may be opened as a database.
std::optional<open_error> check_header(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error))
    return std::nullopt;
  if (!std::filesystem::is_regular_file(file, error))
    return open_error{open_failure::not_a_store, file.string() + " is no file."};
  if (::access(file.c_str(), R_OK | W_OK) != 0)
    return open_error{open_failure::not_writable,
                      "The store " + file.string() + " cannot be read and written: " + std::strerror(errno) + "."};
  if (std::filesystem::file_size(file, error) == 0)
    return std::nullopt;
  std::array<char, 16> header{};
  std::ifstream{file, std::ios::binary}.read(header.data(), header.size());
  if (std::string_view{header.data(), header.size()} != file_magic)
    return open_error{open_failure::not_a_store, file.string() + " is no database of callboard."};
  return std::nullopt;
}

void check_pages(sqlite_connection& db, const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::file_size(file, error) > max_checked_size)
    return;
  auto found = select(db, "PRAGMA quick_check(1)");
  if (found.next() && found.get<std::string_view>(0) != "ok")
    throw driver_error{failure::corrupt, found.get<std::string>(0)};
}

/// Makes what is fixed for the life of a store, once.
void write_meta(sqlite_connection& db, unsigned partitions) {
  db.begin_write();
  if (meta_value(db, "store_epoch").empty()) {
    run(db, "INSERT INTO meta (name, value) VALUES ('store_epoch', $1)", make_store_epoch());
    run(db, "INSERT INTO meta (name, value) VALUES ('partitions', $1)", std::to_string(partitions));
    for (unsigned id = 0; id < partitions; ++id)
      run(db, "INSERT INTO partitions (id, owner, epoch) VALUES ($1, '', 0)", id);
  }
  db.commit();
}

std::optional<open_error> check_state(file_state state, int version, const std::filesystem::path& file) {
  if (state == file_state::foreign)
    return open_error{open_failure::not_a_store, file.string() + " is the database of another program."};
  if (state == file_state::newer)
    return open_error{open_failure::newer_version,
                      "The store " + file.string() +
                          " was made by a later version of callboard (its schema is version " +
                          std::to_string(version) + ", this program knows " +
                          std::to_string(sqlite_migrations().back().version) + ")."};
  return std::nullopt;
}

std::optional<open_error> check_partitions(sqlite_connection& db, unsigned wanted, const std::filesystem::path& file) {
  auto partitions = meta_value(db, "partitions");
  if (partitions.empty() || partitions == std::to_string(wanted))
    return std::nullopt;
  return open_error{open_failure::other_settings, "The store " + file.string() + " was made with " + partitions +
                                                      " partitions, not " + std::to_string(wanted) + "."};
}

std::variant<opened_file, open_error> open_checked(const sqlite_options& options, const std::filesystem::path& file) {
  sqlite_connection db{file, access::read_write, options.busy_timeout};
  opened_file result;
  auto state = examine(db, result.migrated.from);
  if (auto refused = check_state(state, result.migrated.from, file))
    return *refused;
  check_pages(db, file);
  if (state == file_state::ours)
    if (auto refused = check_partitions(db, options.partitions, file))
      return *refused;
  db.configure();
  result.migrated.to = apply_migrations(db);
  write_meta(db, options.partitions);
  result.store_epoch = meta_value(db, "store_epoch");
  return result;
}

} // namespace

std::filesystem::path store_file(const sqlite_options& options) {
  return options.data_dir / "callboard.sqlite";
}

std::optional<open_error> prepare_directory(const sqlite_options& options) {
  auto& directory = options.data_dir;
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) {
    std::filesystem::create_directories(directory, error);
    if (error)
      return open_error{open_failure::not_writable,
                        "The data directory " + directory.string() + " cannot be made: " + error.message() + "."};
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  }
  if (!std::filesystem::is_directory(directory, error))
    return open_error{open_failure::not_writable, directory.string() + " is no directory."};
  if (::access(directory.c_str(), R_OK | W_OK | X_OK) != 0)
    return open_error{open_failure::not_writable,
                      "The data directory " + directory.string() + " cannot be written: " + std::strerror(errno) + "."};
  return std::nullopt;
}

std::variant<std::unique_ptr<directory_lock>, open_error> take_lock(const std::filesystem::path& directory) {
  auto taken = directory_lock::take(directory);
  if (auto* other = std::get_if<directory_lock::held>(&taken)) {
    auto holder =
        other->holder.empty() ? std::string{"Another server"} : "Another server, process " + other->holder + ",";
    return open_error{open_failure::locked, holder + " works on the data directory " + directory.string() + "."};
  }
  if (auto* unusable = std::get_if<directory_lock::unusable>(&taken))
    return open_error{open_failure::not_writable, "The lock file " + (directory / "lock").string() +
                                                      " cannot be written: " + unusable->reason + "."};
  return std::move(std::get<std::unique_ptr<directory_lock>>(taken));
}

std::variant<opened_file, open_error> open_file(const sqlite_options& options) {
  auto file = store_file(options);
  if (auto refused = check_header(file))
    return *refused;
  try {
    return open_checked(options, file);
  } catch (const driver_error& error) {
    return describe(file, error);
  }
}

store_inspection inspect_file(const std::filesystem::path& file, const sqlite_options& options) {
  store_facts facts;
  facts.product = std::string{"SQLite "} + sqlite3_libversion();
  facts.known_version = sqlite_migrations().back().version;
  if (auto refused = check_header(file))
    return *refused;
  std::error_code missing;
  if (!std::filesystem::exists(file, missing) || std::filesystem::file_size(file, missing) == 0)
    return facts;
  try {
    sqlite_connection db{file, access::read_only, options.busy_timeout};
    auto state = examine(db, facts.version);
    if (auto refused = check_state(state, facts.version, file))
      return *refused;
    check_pages(db, file);
    if (state == file_state::ours)
      if (auto refused = check_partitions(db, options.partitions, file))
        return *refused;
    return facts;
  } catch (const driver_error& error) {
    return describe(file, error);
  }
}

store_inspection inspect(const sqlite_options& options) {
  return inspect_file(store_file(options), options);
}

store_settings settings_of(const sqlite_options& options) {
  auto clock = options.clock;
  if (!clock)
    clock = [] { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); };
  return {options.partitions, options.partition_of, std::move(clock), options.keep_audit};
}

write_options writing() {
  write_options result;
  result.make_append_forms = append_from_memory;
  result.flush_outbox = flush_outbox_from_memory;
  result.counting = count_from_memory();
  return result;
}

connection_factory writer_factory(const sqlite_options& options) {
  return [file = store_file(options), timeout = options.busy_timeout, max_pages = options.max_pages] {
    auto db = std::make_unique<sqlite_connection>(file, access::read_write, timeout);
    db->configure();
    if (max_pages > 0)
      db->execute("PRAGMA max_page_count = " + std::to_string(max_pages));
    return db;
  };
}

connection_factory reader_factory(const sqlite_options& options) {
  return [file = store_file(options), timeout = options.busy_timeout] {
    auto db = std::make_unique<sqlite_connection>(file, access::read_only, timeout);
    db->configure();
    return db;
  };
}

} // namespace callboard::sql

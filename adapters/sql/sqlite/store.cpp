#include "adapters/sql/sqlite/store.hpp"

#include <algorithm>

#include "adapters/sql/sqlite/opening.hpp"

namespace callboard::sql {

namespace {

/// How long a command line waits for its turn to write.
constexpr std::chrono::milliseconds session_patience{30'000};

store_access access_to(const sqlite_options& options) {
  auto settings = settings_of(options);
  return {[=] { return std::make_unique<write_executor>(writer_factory(options), settings, writing()); },
          [=] { return std::make_unique<query_executor>(reader_factory(options), settings, options.query_deadline); }};
}

} // namespace

open_result open_store(const sqlite_options& options) {
  if (auto refused = prepare_directory(options))
    return *refused;
  auto lock = take_lock(options.data_dir);
  if (auto* refused = std::get_if<open_error>(&lock))
    return *refused;
  auto file = open_file(options);
  if (auto* refused = std::get_if<open_error>(&file))
    return *refused;
  auto& known = std::get<opened_file>(file);
  opened_store opened;
  opened.access = access_to(options);
  opened.pool = {options.readers, options.reader_queue};
  opened.store_epoch = known.store_epoch;
  opened.migrated = known.migrated;
  opened.lock = std::shared_ptr<directory_lock>{std::move(std::get<std::unique_ptr<directory_lock>>(lock))};
  return std::make_shared<server_store>(std::move(opened));
}

std::variant<migration_report, open_error> migrate(const sqlite_options& options) {
  auto opened = open_store(options);
  if (auto* refused = std::get_if<open_error>(&opened))
    return *refused;
  return std::get<std::shared_ptr<server_store>>(opened)->migrated();
}

session_result open_session_store(const sqlite_options& options) {
  if (auto refused = prepare_directory(options))
    return *refused;
  auto patient = options;
  patient.busy_timeout = std::max(options.busy_timeout, session_patience);
  auto file = open_file(patient);
  if (auto* refused = std::get_if<open_error>(&file))
    return *refused;
  return std::make_unique<store_session>(access_to(patient));
}

} // namespace callboard::sql

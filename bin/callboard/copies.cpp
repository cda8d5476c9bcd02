#include "bin/callboard/copies.hpp"

#include <iostream>

#include "adapters/sql/sqlite/copies.hpp"
#include "bin/callboard/admin_tools.hpp"
#include "bin/callboard/configs.hpp"

namespace callboard {
namespace {

// Whoever runs PostgreSQL has better tools for this than a copy by its client.
constexpr const char* of_postgresql =
    "this works on the embedded store alone; for PostgreSQL take pg_dump and pg_restore (docs/operations.md)";

} // namespace

int back_up_store(const settings& options, const std::string& file) {
  if (!options.database_url.empty())
    return fail(of_postgresql, exit_usage);
  auto outcome = sql::back_up(store_options(options), file);
  if (auto* refused = std::get_if<sql::open_error>(&outcome))
    return fail(refused->message, exit_data_directory);
  auto& report = std::get<sql::backup_report>(outcome);
  std::cout << "wrote " << file << ", " << report.bytes << " bytes, schema version " << report.version << "\n";
  if (options.secret.empty())
    std::cout << "It is worth nothing without " << options.data_dir
              << "/secret, which is not in it: keep a copy of that elsewhere.\n";
  return 0;
}

int restore_store(const settings& options, const std::string& file) {
  if (!options.database_url.empty())
    return fail(of_postgresql, exit_usage);
  auto outcome = sql::restore(store_options(options), file);
  if (auto* refused = std::get_if<sql::open_error>(&outcome))
    return fail(refused->message, exit_data_directory);
  auto& report = std::get<sql::restore_report>(outcome);
  std::cout << "restored " << file << " into " << options.data_dir << ", schema version " << report.version << "\n";
  if (!report.old_store.empty())
    std::cout << "The store that was there is now " << report.old_store.string() << ".\n";
  return 0;
}

} // namespace callboard

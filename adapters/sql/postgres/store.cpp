#include "adapters/sql/postgres/store.hpp"

#include "adapters/sql/postgres/inspection.hpp"
#include "adapters/sql/postgres/opening.hpp"

namespace callboard::sql {
namespace {

std::variant<std::shared_ptr<postgres_server>, open_error> server_of(const postgres_options& options) {
  try {
    return std::make_shared<postgres_server>(options);
  } catch (const driver_error& error) {
    // The URL itself may hold a password: it is not repeated.
    return open_error{open_failure::failed,
                      std::string{"The URL of the database is not understood: "} + error.what() + "."};
  }
}

} // namespace

open_result open_store(const postgres_options& options) {
  auto made = server_of(options);
  if (auto* refused = std::get_if<open_error>(&made))
    return *refused;
  auto server = std::get<std::shared_ptr<postgres_server>>(made);
  auto taken = take_lock(server);
  if (auto* refused = std::get_if<open_error>(&taken))
    return *refused;
  auto lock = std::get<std::shared_ptr<node_lock>>(taken);
  auto schema = open_schema(*server);
  if (auto* refused = std::get_if<open_error>(&schema))
    return *refused;
  auto& known = std::get<opened_schema>(schema);
  opened_store opened;
  opened.access = access_to(server, lock);
  opened.pool = {options.readers, options.reader_queue};
  opened.store_epoch = known.store_epoch;
  opened.migrated = known.migrated;
  opened.takes_several_writers = true;
  opened.is_available = [server, lock] { return server->is_up() && lock->is_held(); };
  opened.lock = lock;
  return std::make_shared<server_store>(std::move(opened));
}

std::variant<migration_report, open_error> migrate(const postgres_options& options) {
  auto opened = open_store(options);
  if (auto* refused = std::get_if<open_error>(&opened))
    return *refused;
  return std::get<std::shared_ptr<server_store>>(opened)->migrated();
}

store_inspection inspect(const postgres_options& options) {
  auto made = server_of(options);
  if (auto* refused = std::get_if<open_error>(&made))
    return *refused;
  return inspect_schema(*std::get<std::shared_ptr<postgres_server>>(made));
}

session_result open_session_store(const postgres_options& options) {
  auto made = server_of(options);
  if (auto* refused = std::get_if<open_error>(&made))
    return *refused;
  auto server = std::get<std::shared_ptr<postgres_server>>(made);
  auto schema = open_schema(*server);
  if (auto* refused = std::get_if<open_error>(&schema))
    return *refused;
  return std::make_unique<store_session>(access_to(server, nullptr));
}

} // namespace callboard::sql

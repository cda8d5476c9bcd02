#include "bin/callboard/stores.hpp"

#include <utility>

#include "adapters/sql/postgres/inspection.hpp"
#include "adapters/sql/sqlite/inspection.hpp"
#include "bin/callboard/configs.hpp"
#include "bin/callboard/inspection.hpp"

namespace callboard::stores {
namespace {

sql::postgres_options database_options(const settings& options) {
  auto embedded = store_options(options);
  sql::postgres_options result;
  result.url = options.database_url;
  result.partitions = embedded.partitions;
  result.readers = embedded.readers;
  result.partition_of = embedded.partition_of;
  result.keep_audit = embedded.keep_audit;
  return result;
}

} // namespace

sql::open_result open(const settings& options, std::function<void(bool held)> lock_changed) {
  if (options.database_url.empty())
    return sql::open_store(store_options(options));
  auto database = database_options(options);
  database.lock_changed = std::move(lock_changed);
  return sql::open_store(database);
}

sql::session_result open_session(const settings& options) {
  return options.database_url.empty() ? sql::open_session_store(store_options(options))
                                      : sql::open_session_store(database_options(options));
}

std::variant<sql::migration_report, sql::open_error> migrate(const settings& options) {
  return options.database_url.empty() ? sql::migrate(store_options(options)) : sql::migrate(database_options(options));
}

sql::store_inspection inspect(const settings& options) {
  return options.database_url.empty() ? sql::inspect(store_options(options)) : sql::inspect(database_options(options));
}

} // namespace callboard::stores

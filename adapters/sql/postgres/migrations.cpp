#include "adapters/sql/postgres/migrations.hpp"

namespace callboard::sql {
namespace {

std::int64_t number(postgres_connection& db, std::string_view text) {
  auto found = select(db, text);
  return found.next() ? found.get<std::int64_t>(0) : 0;
}

int current_version(postgres_connection& db) {
  return static_cast<int>(number(db, "SELECT COALESCE(max(version), 0) FROM schema_versions"));
}

/// Held to the end of the transaction. The first number is "clbm" in ASCII; the second keeps schemas apart.
void lock_schema(postgres_connection& db) {
  rows found = select(db, "SELECT pg_advisory_xact_lock(1668047469, hashtext(current_schema()))");
  found.next();
}

} // namespace

schema_state examine(postgres_connection& db, int& version) {
  version = 0;
  auto tables = number(db, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()");
  if (number(db, "SELECT to_regclass('schema_versions') IS NOT NULL") == 0)
    return tables == 0 ? schema_state::empty : schema_state::foreign;
  // Another program may have a table of this name, but hardly one with our first entry.
  if (number(db, "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('schema_versions') "
                 "AND attname IN ('version', 'name', 'applied_at') AND NOT attisdropped") != 3)
    return schema_state::foreign;
  version = current_version(db);
  return version > postgres_migrations().back().version ? schema_state::newer : schema_state::ours;
}

int apply_migrations(postgres_connection& db, int last) {
  db.begin_write();
  lock_schema(db);
  db.execute("CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY, name TEXT NOT NULL, "
             "applied_at BIGINT NOT NULL)");
  db.commit();
  for (auto& next : postgres_migrations()) {
    if (next.version > last)
      break;
    db.begin_write();
    lock_schema(db);
    if (next.version > current_version(db)) {
      db.execute(std::string{next.script});
      auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
      run(db, "INSERT INTO schema_versions (version, name, applied_at) VALUES ($1, $2, $3)", next.version, next.name,
          timestamp{now});
    }
    db.commit();
  }
  return current_version(db);
}

} // namespace callboard::sql

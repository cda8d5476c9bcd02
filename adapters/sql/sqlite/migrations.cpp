#include "adapters/sql/sqlite/migrations.hpp"

namespace callboard::sql {
namespace {

// "clbd" in ASCII, in the header of the file: which program's it is (sqlite.org/fileformat2.html, 1.3.17).
constexpr std::int64_t application_id = 0x636c6264;

std::int64_t number(sqlite_connection& db, std::string_view text) {
  auto found = select(db, text);
  return found.next() ? found.get<std::int64_t>(0) : 0;
}

int current_version(sqlite_connection& db) {
  return static_cast<int>(number(db, "SELECT COALESCE(max(version), 0) FROM schema_versions"));
}

} // namespace

file_state examine(sqlite_connection& db, int& version) {
  version = 0;
  if (number(db, "PRAGMA application_id") != application_id)
    return number(db, "SELECT count(*) FROM sqlite_master") == 0 ? file_state::empty : file_state::foreign;
  if (number(db, "SELECT count(*) FROM sqlite_master WHERE name = 'schema_versions'") == 0)
    return file_state::foreign;
  version = current_version(db);
  return version > sqlite_migrations().back().version ? file_state::newer : file_state::ours;
}

int apply_migrations(sqlite_connection& db, int last) {
  db.begin_write();
  db.execute("PRAGMA application_id = " + std::to_string(application_id) +
             "; CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
             "applied_at INTEGER NOT NULL)");
  db.commit();
  for (auto& next : sqlite_migrations()) {
    if (next.version > last)
      break;
    db.begin_write();
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

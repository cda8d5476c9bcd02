#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <sqlite3.h>

#include "adapters/sql/postgres/migrations.hpp"
#include "adapters/sql/postgres/opening.hpp"
#include "adapters/sql/sqlite/migrations.hpp"
#include "adapters/sql/sqlite/opening.hpp"
#include "tests/contract/postgres_fixture.hpp"
#include "tests/contract/sqlite_fixture.hpp"

using namespace callboard;
using namespace callboard::sql;
using namespace std::chrono_literals;
using contract::scratch_database;
using contract::scratch_directory;

namespace {

using texts = std::vector<std::vector<std::string>>;

constexpr std::int64_t an_id = 7;

/// A store of an older version: how it is made, and what its database says of it.
class old_store {
public:
  virtual ~old_store() = default;
  virtual texts ask(const std::string& statement) = 0;
  virtual std::variant<migration_report, open_error> migrate() = 0;
  virtual session_result open() = 0;
  /// Of every column: its table, its name and its type, in the order in which they stand.
  virtual std::string catalogue() const = 0;
  virtual std::string bytes(const std::string& hexadecimal) const = 0;
};

class old_sqlite final : public old_store {
public:
  explicit old_sqlite(int version) {
    {
      sqlite_connection db{store_file(options_), access::read_write, 1s};
      REQUIRE(apply_migrations(db, version) == version);
    }
    REQUIRE(sqlite3_open(store_file(options_).c_str(), &handle_) == SQLITE_OK);
  }
  ~old_sqlite() override { sqlite3_close(handle_); }
  old_sqlite(const old_sqlite&) = delete;
  old_sqlite& operator=(const old_sqlite&) = delete;

  texts ask(const std::string& statement) override {
    texts found;
    char* reason = nullptr;
    auto take = [](void* to, int count, char** values, char**) {
      auto& row = static_cast<texts*>(to)->emplace_back();
      for (int i = 0; i < count; ++i)
        row.emplace_back(values[i] ? values[i] : "");
      return 0;
    };
    auto outcome = sqlite3_exec(handle_, statement.c_str(), take, &found, &reason);
    INFO(statement);
    REQUIRE_MESSAGE(outcome == SQLITE_OK, (reason ? reason : ""));
    return found;
  }
  std::variant<migration_report, open_error> migrate() override { return sql::migrate(options_); }
  session_result open() override { return open_session_store(options_); }
  std::string catalogue() const override {
    return "SELECT tables.name, columns.name, columns.type FROM sqlite_master AS tables, "
           "pragma_table_info(tables.name) AS columns WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' "
           "ORDER BY tables.name, columns.cid";
  }
  std::string bytes(const std::string& hexadecimal) const override { return "x'" + hexadecimal + "'"; }

private:
  scratch_directory directory_;
  sqlite_options options_ = contract::options_in(directory_.path());
  sqlite3* handle_ = nullptr;
};

class old_postgres final : public old_store {
public:
  explicit old_postgres(int version) {
    postgres_server server{options_};
    REQUIRE(apply_migrations(*server.connect("test", 60s), version) == version);
  }

  texts ask(const std::string& statement) override {
    pqxx::nontransaction direct{db_};
    texts found;
    for (const auto& row : direct.exec(statement)) {
      auto& values = found.emplace_back();
      for (const auto& field : row)
        values.emplace_back(field.is_null() ? "" : field.c_str());
    }
    return found;
  }
  std::variant<migration_report, open_error> migrate() override { return sql::migrate(options_); }
  session_result open() override { return open_session_store(options_); }
  std::string catalogue() const override {
    return "SELECT table_name, column_name, data_type FROM information_schema.columns "
           "WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position";
  }
  std::string bytes(const std::string& hexadecimal) const override { return "'\\x" + hexadecimal + "'"; }

private:
  scratch_database database_;
  postgres_options options_ = contract::options_for(database_.url());
  pqxx::connection db_{database_.url()};
};

struct dialect {
  std::string name;
  int newest;
  std::function<std::unique_ptr<old_store>(int version)> make;
};

const std::vector<dialect>& dialects() {
  static const std::vector<dialect> all{
      {"sqlite", sqlite_migrations().back().version, [](int version) { return std::make_unique<old_sqlite>(version); }},
      {"postgres", postgres_migrations().back().version,
       [](int version) { return std::make_unique<old_postgres>(version); }}};
  return all;
}

struct column {
  std::string name, type;
};

std::map<std::string, std::vector<column>> columns_of(old_store& store) {
  std::map<std::string, std::vector<column>> found;
  for (auto& row : store.ask(store.catalogue()))
    found[row[0]].push_back({row[1], row[2]});
  return found;
}

/// A number that fits its column: every id is the same, so that whatever names a user, a room or a partition names one
/// that is there; what counts or tells a time is different in each column, so that none is taken for another.
std::int64_t number_for(const std::string& name, std::size_t place) {
  static const std::set<std::string> ids{"id", "partition", "created_by", "target", "subject", "key", "result"};
  static const std::set<std::string> kinds{"role", "kind", "state", "figure"};
  static const std::set<std::string> flags{"email_verified", "disabled", "deleted", "cookie", "guests_may_write"};
  if (ids.contains(name) || name.ends_with("_id"))
    return an_id;
  if (kinds.contains(name))
    return 1;
  return flags.contains(name) ? 0 : 1'000 + static_cast<std::int64_t>(place);
}

std::string value_for(const old_store& store, const std::string& table, const column& of, std::size_t place) {
  if (of.type == "TEXT" || of.type == "text")
    return "'" + table + "." + of.name + "'";
  if (of.type == "BLOB" || of.type == "bytea") {
    std::string hexadecimal;
    for (int i = 0; i < 16; ++i)
      hexadecimal += std::to_string(10 + place % 90); // digits are hexadecimal digits, too
    return store.bytes(hexadecimal);
  }
  return std::to_string(number_for(of.name, place));
}

/// What every store has from its first start on, and one row in each other table.
void fill(old_store& store) {
  store.ask("INSERT INTO meta (name, value) VALUES ('store_epoch', '0123456789abcdef'), ('partitions', '64')");
  for (int id = 0; id < 64; ++id)
    store.ask("INSERT INTO partitions (id, owner, epoch) VALUES (" + std::to_string(id) + ", 'node-1', 3)");
  store.ask("UPDATE sequences SET value = " + std::to_string(an_id));
  static const std::set<std::string> filled{"meta", "partitions", "sequences", "schema_versions"};
  for (auto& [table, columns] : columns_of(store)) {
    if (filled.contains(table))
      continue;
    std::string names, values;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      names += (i ? ", \"" : "\"") + columns[i].name + "\"";
      values += (i ? ", " : "") + value_for(store, table, columns[i], i);
    }
    store.ask("INSERT INTO " + table + " (" + names + ") VALUES (" + values + ")");
  }
}

using row = std::map<std::string, std::string>; // value by column

std::map<std::string, std::vector<row>> contents_of(old_store& store) {
  std::map<std::string, std::vector<row>> all;
  for (auto& [table, columns] : columns_of(store)) {
    std::string names;
    for (auto& each : columns)
      names += (names.empty() ? "\"" : ", \"") + each.name + "\"";
    auto& rows = all[table];
    for (auto& values : store.ask("SELECT " + names + " FROM " + table))
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i == 0)
          rows.emplace_back();
        rows.back()[columns[i].name] = values[i];
      }
  }
  return all;
}

/// Where the values of a table went that is no longer there: new tables, and their columns by the old ones.
struct move {
  std::string from, to;
  std::map<std::string, std::string> columns;
};
const std::vector<move>& moves() {
  static const std::vector<move> all{
      {"audit",
       "audit_entries",
       {{"id", "id"}, {"type", "type"}, {"actor_id", "actor_id"}, {"created_at", "created_at"}}},
      {"audit", "audit_addresses", {{"id", "entry_id"}, {"actor_id", "owner_id"}, {"address", "address"}}}};
  return all;
}

bool holds(const std::vector<row>& rows, const row& wanted) {
  return std::any_of(rows.begin(), rows.end(), [&](const row& each) {
    return std::includes(each.begin(), each.end(), wanted.begin(), wanted.end());
  });
}

void check_moved(const std::map<std::string, std::vector<row>>& after, const std::string& table, const row& old) {
  auto is_known = false;
  for (auto& each : moves()) {
    if (each.from != table)
      continue;
    is_known = true;
    row wanted;
    for (auto& [before, now] : each.columns)
      wanted[now] = old.at(before);
    CHECK_MESSAGE(holds(after.at(each.to), wanted), each.to);
  }
  CHECK_MESSAGE(is_known, "the table is gone, and the test does not know where to");
}

/// The repositories of this version read what is there.
void check_readable(store_session& store, int from) {
  auto user = static_cast<user_id>(an_id);
  auto found = store.ask(find_credentials{"users.username"});
  REQUIRE(found);
  CHECK(found->user.id == user);
  CHECK(found->password_hash == "users.password_hash");
  auto room = store.ask(load_room{static_cast<room_id>(an_id)});
  REQUIRE(room);
  CHECK(room->room.name == "rooms.name");
  CHECK(room->members.size() == 1);
  auto events = store.ask(read_events{static_cast<room_id>(an_id)});
  REQUIRE(events);
  REQUIRE(events->size() == 1);
  CHECK(events->front().text == "room_events.body");
  CHECK(store.ask(read_personal{user})->events.size() == 1);
  CHECK(store.ask(list_reminders{user})->items.at(0).text == "reminders.body");
  CHECK(store.ask(read_outbox{partition_id{an_id}})->at(0).type == "outbox.type");
  CHECK(store.ask(list_mail{})->items.at(0).subject == "mail.subject");
  CHECK(store.ask(list_audit{})->items.size() == 1);
  CHECK(store.ask(list_signing_keys{})->size() == 1);
  CHECK(store.ask(list_dead_events{})->size() == (from < 2 ? 0 : 1));
  register_user form;
  form.username = "bob";
  auto made = store.execute(form);
  REQUIRE(made);
  CHECK(number_of(made->id) == an_id + 1);
}

} // namespace

TEST_CASE("from every version on, a row in each table stays what it was, and is read") {
  for (auto& each : dialects())
    for (int from = 1; from <= each.newest; ++from) {
      CAPTURE(each.name);
      CAPTURE(from);
      auto store = each.make(from);
      fill(*store);
      auto before = contents_of(*store);
      auto outcome = store->migrate();
      auto* report = std::get_if<migration_report>(&outcome);
      REQUIRE(report);
      CHECK(report->from == from);
      CHECK(report->to == each.newest);
      auto after = contents_of(*store);
      for (auto& [table, rows] : before) {
        CAPTURE(table);
        CHECK_FALSE(rows.empty());
        for (auto& old : rows)
          if (after.contains(table))
            CHECK(holds(after.at(table), old));
          else
            check_moved(after, table, old);
      }
      auto opened = store->open();
      auto* session = std::get_if<std::unique_ptr<store_session>>(&opened);
      REQUIRE(session);
      check_readable(**session, from);
    }
}

#include <thread>

#include "adapters/sql/postgres/migrations.hpp"
#include "adapters/sql/postgres/opening.hpp"
#include "tests/contract/postgres_fixture.hpp"
#include "tests/eventually.hpp"

using namespace callboard;
using namespace callboard::sql;
using namespace std::chrono_literals;
using contract::options_for;
using contract::run_on;
using contract::scratch_database;

namespace {

/// What an attempt gives once nobody holds the database any more: PostgreSQL lets go of the lock of a connection that
/// was closed when it gets to it.
template <class Attempt>
auto when_free(Attempt attempt) {
  auto result = attempt();
  test::eventually([&] {
    auto* error = std::get_if<open_error>(&result);
    if (error == nullptr || error->kind != open_failure::locked)
      return true;
    result = attempt();
    return false;
  });
  return result;
}

std::shared_ptr<server_store> opened(const postgres_options& options) {
  auto result = when_free([&] { return open_store(options); });
  if (auto* error = std::get_if<open_error>(&result))
    FAIL(error->message);
  return std::get<std::shared_ptr<server_store>>(result);
}

open_error refusal_in(const open_result& opened) {
  auto* error = std::get_if<open_error>(&opened);
  REQUIRE(error);
  CHECK(error->message.ends_with("."));
  CHECK(error->message.find('\n') == std::string::npos);
  return *error;
}

open_error refusal_of(const postgres_options& options) {
  return refusal_in(when_free([&] { return open_store(options); }));
}

} // namespace

TEST_CASE("a store is made in an empty database of PostgreSQL, and opens again as the same store") {
  scratch_database database;
  auto options = options_for(database.url());
  std::string epoch;
  {
    auto store = opened(options);
    epoch = store->store_epoch();
    CHECK(epoch.size() == 16);
    CHECK(store->migrated().from == 0);
    CHECK(store->migrated().to == postgres_migrations().back().version);
    CHECK(store->is_available());
  }
  auto again = when_free([&] { return migrate(options); });
  REQUIRE(std::holds_alternative<migration_report>(again));
  CHECK(std::get<migration_report>(again).from == postgres_migrations().back().version);
  CHECK(opened(options)->store_epoch() == epoch);
}

TEST_CASE("migrations of PostgreSQL are numbered from 1 without holes") {
  int expected = 1;
  for (auto& each : postgres_migrations())
    CHECK(each.version == expected++);
}

TEST_CASE("processes that bring one database up to date at once wait for each other") {
  scratch_database database;
  std::vector<std::thread> all;
  std::atomic<int> done{0};
  for (int i = 0; i < 4; ++i)
    all.emplace_back([&] {
      done += std::holds_alternative<std::unique_ptr<store_session>>(open_session_store(options_for(database.url())));
    });
  for (auto& each : all)
    each.join();
  CHECK(done == 4);
  CHECK(run_on(database.url(), "SELECT count(*) FROM partitions") == "64");
}

TEST_CASE("a database is held by one server, whom the refusal names; a command line works beside it") {
  scratch_database database;
  auto options = options_for(database.url());
  auto first = opened(options);
  auto refused = refusal_in(open_store(options));
  CHECK(refused.kind == open_failure::locked);
  CHECK(refused.message.find("Another server works on the database") != std::string::npos);
  CHECK(refused.message.find("process " + std::to_string(::getpid())) != std::string::npos);
  auto beside = open_session_store(options);
  REQUIRE(std::holds_alternative<std::unique_ptr<store_session>>(beside));
  register_user form;
  form.username = "alice";
  CHECK(std::get<std::unique_ptr<store_session>>(beside)->execute(form));
  scratch_database other;
  CHECK(opened(options_for(other.url()))->is_available()); // another database of the same server
  first.reset();
  CHECK(opened(options)->is_available());
}

TEST_CASE("a newer schema, another number of partitions and another program's tables are refused and left alone") {
  scratch_database database;
  auto options = options_for(database.url());
  opened(options);
  auto fewer = options;
  fewer.partitions = 8;
  CHECK(refusal_of(fewer).kind == open_failure::other_settings);
  run_on(database.url(), "INSERT INTO schema_versions (version, name, applied_at) VALUES (99, 'later', 0)");
  auto refused = refusal_of(options);
  CHECK(refused.kind == open_failure::newer_version);
  CHECK(refused.message.find("99") != std::string::npos);

  scratch_database foreign;
  run_on(foreign.url(), "CREATE TABLE recipes (name TEXT)");
  CHECK(refusal_of(options_for(foreign.url())).kind == open_failure::not_a_store);
  CHECK(run_on(foreign.url(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "1");
}

TEST_CASE("what is wrong with a server or its URL is said in one sentence without the password") {
  scratch_database database;
  auto options = options_for(contract::with_address(database.url(), "127.0.0.1", 1));
  auto nobody = refusal_of(options);
  CHECK(nobody.kind == open_failure::not_writable);
  CHECK(nobody.message.find("refused") != std::string::npos);
  options.url = "postgresql://callboard:hunter2@host:nonsense/x?nothing=1";
  auto unclear = refusal_of(options);
  CHECK(unclear.message.find("hunter2") == std::string::npos);
  auto missing = refusal_of(options_for(contract::with_database(database.url(), "callboard_test_of_nobody")));
  CHECK(missing.message.find("does not exist") != std::string::npos);
}

TEST_CASE("a connection that must be encrypted is refused by a server that cannot encrypt") {
  scratch_database database;
  REQUIRE(run_on(database.url(), "SHOW ssl") == "off"); // as the server that scripts/services starts has it
  auto refused = refusal_of(options_for(database.url() + "?sslmode=require"));
  CHECK(refused.kind == open_failure::not_writable);
  CHECK(refused.message.find("SSL") != std::string::npos);
}

#include "tests/contract/postgres_fixture.hpp"

#include <cstdlib>

#include <boost/url.hpp>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <unistd.h>

#include "adapters/sql/postgres/opening.hpp"
#include "tests/contract/sqlite_fixture.hpp"

namespace callboard::contract {

using namespace std::chrono_literals;

namespace {

boost::urls::url parsed(const std::string& url) {
  return boost::urls::url{boost::urls::parse_uri(url).value()};
}

/// Back to what a store is when it was made. Deleting a few rows is far quicker than new files for every table.
constexpr auto empty_all = R"sql(
  DO $$ BEGIN
    EXECUTE (SELECT string_agg('DELETE FROM ' || quote_ident(tablename), '; ') FROM pg_tables
             WHERE schemaname = 'public' AND tablename NOT IN ('schema_versions', 'meta', 'sequences', 'partitions'));
  END $$;
  UPDATE sequences SET value = 0;
  UPDATE partitions SET owner = '', epoch = 0;
)sql";

/// One database for all contract cases, emptied before each.
const scratch_database& shared_database() {
  static const scratch_database database;
  return database;
}

class postgres_fixture final : public store_fixture {
public:
  postgres_fixture() : options_{options_for(shared_database().url())} {
    options_.clock = [this] { return now; };
    static const auto migrated = sql::migrate(options_);
    if (auto* error = std::get_if<sql::open_error>(&migrated))
      throw std::runtime_error{error->message};
    run_on(options_.url.reveal(), empty_all);
    auto server = std::make_shared<sql::postgres_server>(options_);
    auto access = sql::access_to(server, nullptr);
    writer_ = access.make_writer();
    reader_ = access.make_reader();
  }

  sql::write_executor& writer() override { return *writer_; }
  sql::query_executor& reader() override { return *reader_; }
  partition_id partition_of(const std::string& key) const override { return options_.partition_of(key); }

  std::string dump() override {
    return run_on(options_.url.reveal(), R"sql(
      SELECT string_agg('table ' || tablename || E'\n' ||
                        array_to_string(xpath('//text()', query_to_xml('SELECT * FROM ' || quote_ident(tablename),
                                                                       false, false, '')), E'\n'), E'\n') || E'\n'
      FROM pg_tables WHERE schemaname = 'public')sql");
  }

  std::unique_ptr<sql::write_executor> another_writer() override {
    return sql::access_to(std::make_shared<sql::postgres_server>(options_), nullptr).make_writer();
  }

  bool execute_is_refused(const std::string& statement) override {
    try {
      run_on(options_.url.reveal(), statement);
      return false;
    } catch (const std::exception&) {
      return true;
    }
  }

private:
  sql::postgres_options options_;
  std::unique_ptr<sql::write_executor> writer_;
  std::unique_ptr<sql::query_executor> reader_;
};

} // namespace

const std::string& test_server_url() {
  static const std::string url = [] {
    auto* given = std::getenv("CALLBOARD_TEST_DATABASE_URL");
    if (!given || !*given)
      throw std::runtime_error{"These tests need a PostgreSQL server they may make databases on: start one with "
                               "`scripts/services start postgres` and put its address, which `scripts/services status` "
                               "prints, into CALLBOARD_TEST_DATABASE_URL."};
    return std::string{given};
  }();
  return url;
}

scratch_database::scratch_database() {
  static int count = 0;
  name_ = "callboard_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
  run_on(test_server_url(), "CREATE DATABASE " + name_);
}

scratch_database::~scratch_database() {
  try {
    run_on(test_server_url(), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  } catch (const std::exception& error) {
    MESSAGE("the database " << name_ << " stays behind: " << error.what());
  }
}

std::string scratch_database::url() const {
  return with_database(test_server_url(), name_);
}

std::string with_database(const std::string& url, const std::string& database) {
  auto result = parsed(url);
  result.set_path("/" + database);
  return result.buffer();
}

std::string with_address(const std::string& url, const std::string& host, unsigned port) {
  auto result = parsed(url);
  result.set_host(host);
  result.set_port(std::to_string(port));
  return result.buffer();
}

std::string host_of(const std::string& url) {
  return parsed(url).host();
}

unsigned port_of(const std::string& url) {
  auto port = parsed(url).port_number();
  return port == 0 ? 5432u : port;
}

std::string run_on(const std::string& url, const std::string& script) {
  pqxx::connection db{url};
  pqxx::nontransaction direct{db};
  auto found = direct.exec(script);
  return found.empty() || found[0][0].is_null() ? std::string{} : found[0][0].c_str();
}

sql::postgres_options options_for(const std::string& url) {
  sql::postgres_options options;
  options.url = url;
  // A test that is about deadlines sets its own; none of the others is to meet one on a busy machine.
  options.connect_timeout = options.query_deadline = options.write_deadline = options.lock_timeout = 60s;
  options.batch_deadline = options.idle_timeout = options.settle_deadline = 120s;
  options.ping_interval = 30s;
  options.partition_of = options_in({}).partition_of;
  return options;
}

std::unique_ptr<store_fixture> make_postgres_fixture() {
  return std::make_unique<postgres_fixture>();
}

const std::vector<implementation>& implementations() {
  static const std::vector<implementation> all{{"sqlite", [] { return make_sqlite_fixture(); }},
                                               {"postgres", [] { return make_postgres_fixture(); }}};
  return all;
}

} // namespace callboard::contract

#pragma once

#include "adapters/sql/postgres/store.hpp"
#include "tests/contract/store_fixture.hpp"

namespace callboard::contract {

/// The server that the tests may make databases on: CALLBOARD_TEST_DATABASE_URL. Throws a sentence without it.
const std::string& test_server_url();

/// A database of its own on the test server, dropped with everybody who uses it.
class scratch_database {
public:
  scratch_database();
  ~scratch_database();
  scratch_database(const scratch_database&) = delete;
  scratch_database& operator=(const scratch_database&) = delete;

  const std::string& name() const { return name_; }
  std::string url() const;

private:
  std::string name_;
};

/// The URL of another database, or the same through another address.
std::string with_database(const std::string& url, const std::string& database);
std::string with_address(const std::string& url, const std::string& host, unsigned port);
std::string host_of(const std::string& url);
unsigned port_of(const std::string& url);

/// Runs statements on a connection of its own and answers the first column of the first row, empty if there is none.
std::string run_on(const std::string& url, const std::string& script);

/// Options for a store in this database; the partition is the same simple hash as for SQLite.
sql::postgres_options options_for(const std::string& url);

/// A store on PostgreSQL, empty.
std::unique_ptr<store_fixture> make_postgres_fixture();

} // namespace callboard::contract

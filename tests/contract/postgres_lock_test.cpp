#include <atomic>
#include <thread>

#include <pqxx/connection>
#include <pqxx/nontransaction>

#include "tests/contract/postgres_fixture.hpp"
#include "tests/eventually.hpp"

using namespace callboard;
using namespace callboard::sql;
using namespace std::chrono_literals;
using contract::options_for;
using contract::run_on;
using contract::scratch_database;
using test::eventually;

namespace {

constexpr auto end_holder = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

struct locked_store {
  scratch_database database;
  std::atomic<int> lost{0}, regained{0};
  std::shared_ptr<server_store> store;
  std::unique_ptr<store_session> session;

  locked_store() {
    auto options = options_for(database.url());
    options.ping_interval = 6s; // the end of a connection is noticed without it
    options.lock_changed = [this](bool held) { ++(held ? regained : lost); };
    auto opened = open_store(options);
    store = std::get<std::shared_ptr<server_store>>(opened);
    session = std::move(std::get<std::unique_ptr<store_session>>(store->open_session()));
  }

  caf::expected<user_view> write(const std::string& username) {
    register_user form;
    form.username = username;
    return session->execute(form);
  }
};

} // namespace

TEST_CASE("a lock that is lost is reported, and taken again") {
  locked_store running;
  CHECK(running.write("alice"));
  run_on(running.database.url(), end_holder);
  CHECK(eventually([&] { return running.lost == 1 && running.regained == 1; }));
  CHECK(running.store->is_available());
  CHECK(running.write("bob"));
}

TEST_CASE("nothing is written while another server holds the lock; reading goes on") {
  locked_store running;
  CHECK(running.write("alice"));
  {
    // The other server is quicker: its connection waits for the lock when ours is ended.
    pqxx::connection other{running.database.url()};
    pqxx::nontransaction direct{other};
    std::atomic<bool> taken{false};
    std::thread waiting{[&] {
      direct.exec("SELECT pg_advisory_lock(1668047470, hashtext(current_schema()))");
      taken = true;
    }};
    CHECK(eventually([&] {
      return run_on(running.database.url(), "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
                                            "AND database = (SELECT oid FROM pg_database "
                                            "WHERE datname = current_database())") != "0";
    }));
    run_on(running.database.url(), "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                                   "AND granted AND database = (SELECT oid FROM pg_database "
                                   "WHERE datname = current_database())");
    waiting.join();
    CHECK(taken);
    CHECK(eventually([&] { return running.lost == 1; }));
    CHECK_FALSE(running.store->is_available());
    auto refused = running.write("bob");
    REQUIRE_FALSE(refused);
    CHECK(code_of(refused.error()) == errc::unavailable);
    CHECK(running.session->ask(find_credentials{"alice"}));
    CHECK(code_of(running.session->ask(find_credentials{"bob"}).error()) == errc::not_found);
    CHECK(running.regained == 0);
  }
  CHECK(eventually([&] { return running.regained == 1; }));
  CHECK(running.write("bob"));
}

#include <thread>
#include <utility>

#include "adapters/sql/postgres/opening.hpp"
#include "tests/contract/postgres_fixture.hpp"
#include "tests/contract/tcp_gate.hpp"
#include "tests/eventually.hpp"

using namespace callboard;
using namespace callboard::sql;
using namespace std::chrono_literals;
using contract::run_on;
using contract::scratch_database;
using contract::tcp_gate;
using test::eventually;

namespace {

/// A store whose connections pass a gate. Its deadlines are met only where a test makes one shorter.
struct gated_store {
  scratch_database database;
  tcp_gate gate{contract::host_of(database.url()), contract::port_of(database.url())};
  postgres_options options = contract::options_for(contract::with_address(database.url(), "127.0.0.1", gate.port()));
  std::unique_ptr<store_session> session;

  gated_store() {
    options.connect_timeout = 20s;
    options.query_deadline = 20s;
    options.write_deadline = 20s;
    options.lock_timeout = 20s;
    options.settle_deadline = 60s;
    options.first_retry = 20ms;
    options.last_retry = 100ms;
    open();
  }

  /// The deadlines are for what follows: the schema of a new database may take longer on a busy machine.
  void open() {
    session_result opened;
    eventually([&] {
      opened = open_session_store(options);
      return !std::holds_alternative<open_error>(opened);
    });
    if (auto* error = std::get_if<open_error>(&opened))
      FAIL(error->message);
    session = std::move(std::get<std::unique_ptr<store_session>>(opened));
  }

  errc write(const std::string& username) {
    register_user form;
    form.username = username;
    auto made = session->execute(form);
    return made ? errc::none : code_of(made.error());
  }
  errc read() {
    auto found = session->ask(get_store_status{});
    return found ? errc::none : code_of(found.error());
  }
  /// How often a user of this name is in the database.
  std::string count(const std::string& username) {
    return run_on(database.url(), "SELECT count(*) FROM users WHERE username = '" + username + "'");
  }
};

/// Two connections, of which the first has changed the one row of `things` from 1 to 2 and not committed yet.
auto one_holding_a_row(postgres_server& server) {
  std::pair connections{server.connect("test", 60s), server.connect("test", 60s)};
  connections.second->execute("CREATE TABLE things (value BIGINT); INSERT INTO things VALUES (1)");
  connections.first->begin_write();
  connections.first->execute("UPDATE things SET value = 2");
  return connections;
}

/// How a script fails; `corrupt`, which none of these can, if it does not.
failure failure_of(postgres_connection& db, const std::string& script) {
  try {
    db.execute(script);
  } catch (const driver_error& error) {
    return error.kind();
  }
  return failure::corrupt;
}

template <class Work>
std::chrono::milliseconds time_of(Work work) {
  auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
}

} // namespace

TEST_CASE("a commit whose answer was lost is found to have taken place, and its answers hold") {
  gated_store running;
  CHECK(running.write("first") == errc::none);
  running.gate.cut_at("COMMIT", tcp_gate::moment::after_answer);
  CHECK(running.write("alice") == errc::none);
  CHECK(running.gate.has_cut());
  CHECK(running.count("alice") == "1");
  CHECK(running.write("bob") == errc::none);
  CHECK(running.read() == errc::none);
}

TEST_CASE("a commit that never reached the server is found not to have taken place") {
  gated_store running;
  CHECK(running.write("first") == errc::none);
  running.gate.cut_at("COMMIT", tcp_gate::moment::before_request);
  CHECK(running.write("alice") == errc::unavailable);
  CHECK(running.gate.has_cut());
  CHECK(running.count("alice") == "0");
  CHECK(running.write("alice") == errc::none);
}

TEST_CASE("while the backend of a lost connection still commits, its outcome is waited for") {
  gated_store running;
  CHECK(running.write("first") == errc::none);
  // A check at the end of the transaction makes its commit slow.
  run_on(running.database.url(), R"(
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
      WHEN (NEW.username = 'alice') EXECUTE FUNCTION wait())");
  running.gate.cut_at("COMMIT", tcp_gate::moment::after_request);
  CHECK(time_of([&] { CHECK(running.write("alice") == errc::none); }) > 500ms);
  CHECK(running.gate.has_cut());
  CHECK(running.count("alice") == "1");
}

TEST_CASE("an outcome that cannot be found out is an error, and nothing is written before it was") {
  gated_store running;
  running.options.settle_deadline = 200ms; // nobody can be asked: it is not met by chance
  running.open();
  CHECK(running.write("first") == errc::none);
  running.gate.cut_at("COMMIT", tcp_gate::moment::after_answer, true);
  CHECK(running.write("alice") == errc::unavailable);
  CHECK(running.gate.has_cut());
  CHECK(running.write("bob") == errc::unavailable);
  CHECK(running.count("bob") == "0");
  running.gate.refuse(false);
  CHECK(eventually([&] { return running.write("bob") == errc::none; }));
  CHECK(running.count("alice") == "1");
}

TEST_CASE("against a frozen server everything ends at its deadline, and goes on when it thaws") {
  gated_store running;
  auto& options = running.options;
  options.connect_timeout = options.query_deadline = options.write_deadline = 2s;
  options.first_retry = options.last_retry = 2s;
  running.open();
  // The deadlines are for what comes when it is frozen.
  CHECK(eventually([&] { return running.write("first") != errc::unavailable; }));
  CHECK(eventually([&] { return running.read() == errc::none; }));
  running.gate.freeze(true);
  CHECK(running.read() == errc::timeout);
  CHECK(running.write("alice") == errc::unavailable);
  // Neither can be connected now: one attempt in a while takes its time, all others are told at once.
  CHECK(time_of([&] {
          for (int i = 0; i < 20; ++i)
            CHECK(running.read() == errc::unavailable);
        }) < 10 * options.connect_timeout);
  running.gate.freeze(false);
  CHECK(eventually([&] { return running.write("bob") == errc::none; }));
  CHECK(eventually([&] { return running.read() == errc::none; }));
  CHECK(running.count("alice") == "0");
}

TEST_CASE("a server that is down is said to be at once, and connected to again when it is back") {
  gated_store running;
  CHECK(running.write("first") == errc::none);
  running.gate.refuse(true);
  CHECK(eventually([&] { return running.read() == errc::unavailable; }));
  CHECK(running.write("alice") == errc::unavailable);
  CHECK(time_of([&] {
          for (int i = 0; i < 100; ++i)
            CHECK(running.write("alice") == errc::unavailable);
        }) < 50 * running.options.connect_timeout);
  running.gate.refuse(false);
  CHECK(eventually([&] { return running.write("alice") == errc::none; }));
  CHECK(running.read() == errc::none);
}

TEST_CASE("connections that the server ended while they were idle cost no request") {
  gated_store running;
  for (int round = 0; round < 3; ++round) {
    CHECK(running.write("user" + std::to_string(round)) == errc::none);
    CHECK(running.read() == errc::none);
    run_on(running.database.url(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                   "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    CHECK(eventually([&] { return running.gate.links() == 0; }));
  }
  CHECK(running.count("user2") == "1");
}

TEST_CASE("a statement that runs too long is ended by the server, and the connection stays") {
  scratch_database database;
  postgres_server server{contract::options_for(database.url())};
  std::unique_ptr<postgres_connection> db;
  // Where the server is not in time either, the connection is given up: once more.
  CHECK(eventually([&] {
    db = server.connect("test", 1s);
    return failure_of(*db, "SELECT pg_sleep(600)") == failure::interrupted;
  }));
  db->execute("SELECT 1");
  CHECK(failure_of(*db, "SELECT nonsense") == failure::fatal);
  CHECK(db->is_alive());
  CHECK(failure_of(*db, "SELECT pg_terminate_backend(pg_backend_pid())") == failure::io);
  CHECK_FALSE(db->is_alive());
}

TEST_CASE("the server gives up a lock at its limit, long before that of the statement") {
  scratch_database database;
  auto options = contract::options_for(database.url());
  options.lock_timeout = 100ms;
  postgres_server server{options};
  auto [holder, waiting] = one_holding_a_row(server);
  CHECK(failure_of(*waiting, "UPDATE things SET value = 3") == failure::busy);
  CHECK(waiting->is_alive());
  holder->commit();
  waiting->execute("UPDATE things SET value = 3");
}

TEST_CASE("a transaction that goes silent is ended by the server, without effect, and locks nothing any more") {
  scratch_database database;
  auto options = contract::options_for(database.url());
  options.idle_timeout = 100ms;
  postgres_server server{options};
  auto [silent, other] = one_holding_a_row(server);
  CHECK(eventually([connection = silent.get()] { return !connection->is_alive(); }));
  other->execute("UPDATE things SET value = value + 10");
  CHECK_THROWS_AS(silent->commit(), driver_error);
  CHECK(run_on(database.url(), "SELECT value FROM things") == "11");
}

TEST_CASE("a row that somebody else keeps locked is waited for no longer than the limit") {
  gated_store running;
  running.options.lock_timeout = 300ms;
  running.open();
  CHECK(running.write("first") == errc::none);
  auto holder = postgres_server{contract::options_for(running.database.url())}.connect("test", 60s);
  holder->begin_write();
  holder->execute("UPDATE sequences SET value = value WHERE name = 'users'");
  CHECK(time_of([&] { CHECK(running.write("alice") == errc::unavailable); }) < running.options.write_deadline);
  CHECK(holder->roll_back());
  CHECK(running.write("alice") == errc::none);
}

TEST_CASE("a transaction that failed is never taken for committed") {
  scratch_database database;
  postgres_server server{contract::options_for(database.url())};
  auto db = server.connect("test", 60s);
  db->begin_write();
  CHECK_THROWS_AS(db->execute("SELECT nonsense"), driver_error);
  CHECK_THROWS_AS(db->commit(), driver_error);
  CHECK(db->roll_back());
  db->execute("SELECT 1");
}

#include "tests/contract/sqlite_fixture.hpp"
#include "tests/eventually.hpp"

#include <sqlite3.h>

using namespace callboard;
using namespace callboard::sql;
using namespace std::chrono_literals;

namespace {

struct running_store {
  contract::scratch_directory scratch;
  std::shared_ptr<sql::server_store> store;
  caf::actor_system_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};

  explicit running_store(const std::function<void(sqlite_options&)>& change = [](auto&) {}) {
    auto options = contract::options_in(scratch.path());
    change(options);
    auto opened = open_store(options);
    store = std::get<std::shared_ptr<sql::server_store>>(opened);
  }

  template <class Query>
  caf::expected<typename Query::result> ask(const store_actor& readers, Query question) {
    caf::expected<typename Query::result> answer{caf::error{}};
    self->request(readers, 30s, std::move(question))
        .receive([&](typename Query::result& found) { answer = std::move(found); },
                 [&](caf::error& error) { answer = std::move(error); });
    return answer;
  }

  caf::expected<write_answers_ptr> write(const write_connection_actor& writer, write_batch batch) {
    caf::expected<write_answers_ptr> answer{caf::error{}};
    self->request(writer, 30s, write_batch_ptr{std::make_shared<write_batch>(std::move(batch))})
        .receive([&](write_answers_ptr& answers) { answer = answers; },
                 [&](caf::error& error) { answer = std::move(error); });
    return answer;
  }

  template <class Actor>
  void stop(const Actor& actor) {
    self->send_exit(actor, caf::exit_reason::user_shutdown);
    self->wait_for(actor);
  }
};

register_user form_of(const std::string& username) {
  register_user form;
  form.username = username;
  return form;
}

} // namespace

TEST_CASE("the reader actors see what the write actor has committed") {
  running_store running;
  auto writer = running.store->spawn_writer(running.system);
  auto readers = running.store->spawn_reader_pool(running.system);
  for (int i = 0; i < 50; ++i) {
    auto name = "user" + std::to_string(i);
    auto answers = running.write(writer, {{form_of(name), form_of(name)}});
    REQUIRE(answers);
    CHECK(std::holds_alternative<user_view>((*answers)->answers.at(0)));
    CHECK(code_of(std::get<caf::error>((*answers)->answers.at(1))) == errc::conflict);
    auto found = running.ask(readers, find_credentials{name});
    REQUIRE(found);
    CHECK(found->user.username == name);
  }
  auto missing = running.ask(readers, get_user{user_id{999}});
  REQUIRE_FALSE(missing);
  CHECK(code_of(missing.error()) == errc::not_found);
  CHECK(running.ask(readers, get_store_status{})->store_epoch == running.store->store_epoch());
  running.stop(writer);
  running.stop(readers);
}

TEST_CASE("queries beyond the queue are refused at once") {
  running_store running{[](auto& options) { options.reader_queue = 0; }};
  auto readers = running.store->spawn_reader_pool(running.system);
  auto answer = running.ask(readers, get_store_status{});
  REQUIRE_FALSE(answer);
  CHECK(code_of(answer.error()) == errc::overloaded);
  running.stop(readers);
}

TEST_CASE("a query that runs beyond its deadline ends with timeout, and the reader goes on") {
  running_store running{[](auto& options) {
    options.readers = 1;
    options.query_deadline = 0ms;
  }};
  auto own = running.store->open_session();
  auto& session = *std::get<std::unique_ptr<store_session>>(own);
  write_batch batch;
  for (int i = 0; i < 3000; ++i)
    batch.operations.push_back(form_of("user" + std::to_string(i)));
  REQUIRE(session.execute(batch));
  auto readers = running.store->spawn_reader_pool(running.system);
  for (int i = 0; i < 2; ++i) {
    auto answer = running.ask(readers, search_users{"nobody is called so"});
    REQUIRE_FALSE(answer);
    CHECK(code_of(answer.error()) == errc::timeout);
    CHECK(running.ask(readers, get_user{user_id{1}})); // too short to be looked at
  }
  running.stop(readers);
}

TEST_CASE("a store that another process keeps locked answers unavailable, and works once it is free") {
  running_store running{[](auto& options) { options.busy_timeout = 20ms; }};
  auto writer = running.store->spawn_writer(running.system);
  sqlite3* other = nullptr;
  REQUIRE(sqlite3_open((running.scratch.path() / "callboard.sqlite").c_str(), &other) == SQLITE_OK);
  REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  auto answers = running.write(writer, {{form_of("alice")}});
  REQUIRE_FALSE(answers);
  CHECK(code_of(answers.error()) == errc::unavailable);
  REQUIRE(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(other);
  CHECK(running.write(writer, {{form_of("alice")}}));
  running.stop(writer);
}

TEST_CASE("the directory stays locked until the actors have ended") {
  running_store running;
  auto options = contract::options_in(running.scratch.path());
  auto writer = running.store->spawn_writer(running.system);
  running.store.reset();
  CHECK(std::holds_alternative<open_error>(open_store(options)));
  running.stop(writer);
  // The thread of a detached actor lets go of its state just after the actor has ended.
  CHECK(test::eventually([&] { return std::holds_alternative<std::shared_ptr<server_store>>(open_store(options)); }));
}

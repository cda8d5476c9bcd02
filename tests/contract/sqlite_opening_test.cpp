#include "tests/contract/sqlite_fixture.hpp"

#include <fstream>
#include <sstream>

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/sql/sqlite/migrations.hpp"
#include "adapters/sql/sqlite/opening.hpp"

using namespace callboard;
using namespace callboard::sql;
using contract::options_in;
using contract::scratch_directory;

namespace {

std::string contents_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

open_error refusal_of(const sqlite_options& options) {
  auto opened = open_store(options);
  auto* error = std::get_if<open_error>(&opened);
  REQUIRE(error);
  CHECK(error->message.ends_with("."));
  CHECK(error->message.find('\n') == std::string::npos);
  return *error;
}

void alter(const std::filesystem::path& file, const std::string& script) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
  REQUIRE(sqlite3_exec(handle, script.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

/// Runs `body` in a child process and answers its exit code.
template <class Body>
int in_child(Body body) {
  auto child = ::fork();
  if (child == 0)
    ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

TEST_CASE("a store is made in a directory that is made, and opens again as the same store") {
  scratch_directory scratch;
  auto options = options_in(scratch.path() / "a" / "b");
  std::string epoch;
  {
    auto opened = open_store(options);
    REQUIRE(std::holds_alternative<std::shared_ptr<server_store>>(opened));
    auto& store = *std::get<std::shared_ptr<server_store>>(opened);
    epoch = store.store_epoch();
    CHECK(epoch.size() == 16);
    CHECK(store.migrated().from == 0);
    CHECK(store.migrated().to == sqlite_migrations().back().version);
  }
  auto again = migrate(options);
  REQUIRE(std::holds_alternative<migration_report>(again));
  CHECK(std::get<migration_report>(again).from == sqlite_migrations().back().version);
  auto opened = open_store(options);
  REQUIRE(std::holds_alternative<std::shared_ptr<server_store>>(opened));
  CHECK(std::get<std::shared_ptr<server_store>>(opened)->store_epoch() == epoch);
  scratch_directory other;
  auto second = open_store(options_in(other.path()));
  CHECK(std::get<std::shared_ptr<server_store>>(second)->store_epoch() != epoch);
}

TEST_CASE("migrations are numbered from 1 without holes") {
  int expected = 1;
  for (auto& each : sqlite_migrations())
    CHECK(each.version == expected++);
}

TEST_CASE("a directory is held by one server, whose process the refusal names") {
  scratch_directory scratch;
  auto options = options_in(scratch.path());
  auto first = open_store(options);
  REQUIRE(std::holds_alternative<std::shared_ptr<server_store>>(first));
  auto refused = refusal_of(options);
  CHECK(refused.kind == open_failure::locked);
  CHECK(refused.message.find(std::to_string(::getpid())) != std::string::npos);
  CHECK(in_child([&] {
          auto opened = open_store(options);
          auto* error = std::get_if<open_error>(&opened);
          return error && error->kind == open_failure::locked ? 0 : 1;
        }) == 0);
  first = open_error{};
  CHECK(std::holds_alternative<std::shared_ptr<server_store>>(open_store(options)));
}

TEST_CASE("a command line works on the store of a running server") {
  scratch_directory scratch;
  auto options = options_in(scratch.path());
  auto server = open_store(options);
  auto own = std::get<std::shared_ptr<server_store>>(server)->open_session();
  auto& session = *std::get<std::unique_ptr<store_session>>(own);
  auto code = in_child([&] {
    auto opened = open_session_store(options);
    auto* beside = std::get_if<std::unique_ptr<store_session>>(&opened);
    if (!beside)
      return 1;
    for (int i = 0; i < 50; ++i) {
      register_user form;
      form.username = "user" + std::to_string(i);
      if (!(*beside)->execute(form))
        return 2;
    }
    return (*beside)->ask(find_credentials{"user7"}) ? 0 : 3;
  });
  CHECK(code == 0);
  auto found = session.ask(search_users{});
  REQUIRE(found);
  CHECK(found->items.size() == 50);
  register_user form;
  form.username = "user3";
  CHECK(code_of(session.execute(form).error()) == errc::conflict);
}

TEST_CASE("a newer schema, another number of partitions and another program's file are refused and left alone") {
  scratch_directory scratch;
  auto options = options_in(scratch.path());
  open_store(options);
  auto file = scratch.path() / "callboard.sqlite";
  auto fewer = options;
  fewer.partitions = 8;
  CHECK(refusal_of(fewer).kind == open_failure::other_settings);
  alter(file, "PRAGMA journal_mode = DELETE; INSERT INTO schema_versions VALUES (99, 'later', 0)");
  auto before = contents_of(file);
  auto refused = refusal_of(options);
  CHECK(refused.kind == open_failure::newer_version);
  CHECK(refused.message.find("99") != std::string::npos);
  CHECK(contents_of(file) == before);

  std::filesystem::remove(file);
  alter(file, "CREATE TABLE recipes (name TEXT)");
  before = contents_of(file);
  CHECK(refusal_of(options).kind == open_failure::not_a_store);
  CHECK(contents_of(file) == before);
}

TEST_CASE("what is no database, and a damaged one, are refused and left alone") {
  scratch_directory scratch;
  auto options = options_in(scratch.path());
  auto file = scratch.path() / "callboard.sqlite";
  std::ofstream{file} << "these are only words, though there are quite a few of them";
  auto before = contents_of(file);
  CHECK(refusal_of(options).kind == open_failure::not_a_store);
  CHECK(contents_of(file) == before);

  std::filesystem::remove(file);
  open_store(options);
  REQUIRE(std::filesystem::file_size(file) > 3 * 4096);
  {
    std::fstream damage{file, std::ios::in | std::ios::out | std::ios::binary};
    damage.seekp(2 * 4096);
    damage << std::string(8 * 4096, '\xa5');
  }
  before = contents_of(file);
  CHECK(refusal_of(options).kind == open_failure::corrupt);
  CHECK(contents_of(file) == before);

  std::filesystem::resize_file(file, 3000);
  before = contents_of(file);
  CHECK(refusal_of(options).kind == open_failure::corrupt);
  CHECK(contents_of(file) == before);

  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  CHECK(refusal_of(options).kind == open_failure::not_a_store);
}

TEST_CASE("a directory or file that cannot be written is refused") {
  scratch_directory scratch;
  std::ofstream{scratch.path() / "file"} << "x";
  CHECK(refusal_of(options_in(scratch.path() / "file")).kind == open_failure::not_writable);
  CHECK(refusal_of(options_in(scratch.path() / "file" / "below")).kind == open_failure::not_writable);

  auto options = options_in(scratch.path() / "data");
  open_store(options);
  auto kind_without_rights = [&] {
    return in_child([&] {
      if (::geteuid() == 0 && ::seteuid(65534) != 0) // permissions do not bind the superuser
        return 100;
      auto opened = open_store(options);
      auto* error = std::get_if<open_error>(&opened);
      return error ? static_cast<int>(error->kind) : 101;
    });
  };
  using std::filesystem::perms;
  std::filesystem::permissions(scratch.path(), perms::owner_all | perms::others_exec | perms::others_read);
  std::filesystem::permissions(options.data_dir,
                               perms::owner_read | perms::owner_exec | perms::others_read | perms::others_exec);
  CHECK(kind_without_rights() == static_cast<int>(open_failure::not_writable));
  std::filesystem::permissions(options.data_dir, perms::all);
  std::filesystem::remove(options.data_dir / "lock");
  std::filesystem::permissions(options.data_dir / "callboard.sqlite", perms::owner_read | perms::others_read);
  CHECK(kind_without_rights() == static_cast<int>(open_failure::not_writable));
}

#include <atomic>
#include <mutex>
#include <thread>

#include "adapters/sql/postgres/opening.hpp"
#include "tests/contract/postgres_fixture.hpp"

// Sessions under several writers of one database: `callboard admin` beside a server, and whatever comes later. Nothing
// that must hold for a session rests on there being one writer.

using namespace callboard;
using namespace std::chrono_literals;

namespace {

template <class Operation>
caf::expected<typename Operation::result> run(sql::write_executor& writer, Operation operation) {
  write_batch batch;
  batch.operations.emplace_back(std::move(operation));
  auto answers = writer.execute(batch);
  if (!answers)
    return answers.error();
  if (auto* error = std::get_if<caf::error>(&answers->answers.at(0)))
    return *error;
  return std::get<typename Operation::result>(answers->answers.at(0));
}

struct writers {
  contract::scratch_database database;
  sql::postgres_options options = contract::options_for(database.url());
  timestamp now{std::chrono::milliseconds{1'800'000'000'000}};
  sql::store_access access = opened();
  user_id alice{};

  sql::store_access opened() {
    options.clock = [this] { return now; };
    REQUIRE(std::holds_alternative<sql::migration_report>(sql::migrate(options)));
    return sql::access_to(std::make_shared<sql::postgres_server>(options), nullptr);
  }
  writers() {
    register_user form;
    form.username = "alice";
    auto made = run(*access.make_writer(), form);
    REQUIRE(made);
    alice = made->id;
  }
  /// Runs `work(writer, number)` on so many writers at once.
  void together(int count, const std::function<void(sql::write_executor&, int)>& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i)
      threads.emplace_back([this, i, &work] {
        auto writer = access.make_writer();
        work(*writer, i);
      });
    for (auto& each : threads)
      each.join();
  }
  open_session form(int number) const {
    open_session op;
    op.session.bytes[14] = static_cast<std::uint8_t>(number >> 8);
    op.session.bytes[15] = static_cast<std::uint8_t>(number);
    op.user = alice;
    op.refresh_hash = "generation 1";
    op.now = now;
    op.idle_expires_at = now + 1h;
    op.absolute_expires_at = now + 24h;
    op.max_sessions = 3;
    return op;
  }
  std::size_t live() {
    auto found = access.make_reader()->ask(list_sessions{alice, now});
    REQUIRE(found);
    return found->size();
  }
};

} // namespace

TEST_CASE_FIXTURE(writers, "several writers open no more sessions together than one may") {
  std::atomic<int> opened{0};
  std::atomic<std::size_t> most{0};
  together(4, [&](sql::write_executor& writer, int number) {
    auto reader = access.make_reader();
    for (int i = 0; i < 25; ++i) {
      opened += run(writer, form(1 + number * 100 + i)) ? 1 : 0;
      auto seen = reader->ask(list_sessions{alice, now});
      if (seen && seen->size() > most)
        most = seen->size();
    }
  });
  CHECK(opened == 100);
  CHECK(most <= 3);
  CHECK(live() == 3);
}

TEST_CASE_FIXTURE(writers, "of several writers one rotates a refresh token, and the others repeat what it did") {
  REQUIRE(run(*access.make_writer(), form(1)));
  for (std::uint32_t generation = 1; generation <= 20; ++generation) {
    std::mutex mutex;
    std::vector<rotation> kinds;
    together(4, [&](sql::write_executor& writer, int) {
      rotate_refresh op;
      op.session = form(1).session;
      op.generation = generation;
      op.presented_hash = "generation " + std::to_string(generation);
      op.successor_hash = "generation " + std::to_string(generation + 1);
      op.now = now;
      op.idle_expires_at = now + 1h;
      op.grace = 10s;
      auto outcome = run(writer, op);
      std::lock_guard lock{mutex};
      kinds.push_back(outcome ? outcome->kind : rotation::ended);
      if (outcome)
        CHECK(outcome->current_hash == op.successor_hash);
    });
    CHECK(std::count(kinds.begin(), kinds.end(), rotation::rotated) == 1);
    CHECK(std::count(kinds.begin(), kinds.end(), rotation::repeated) == 3);
  }
}

TEST_CASE_FIXTURE(writers, "a session that another writer ends is not rotated any more") {
  for (int round = 1; round <= 20; ++round) {
    REQUIRE(run(*access.make_writer(), form(round)));
    auto session = form(round).session;
    std::atomic<bool> ended{false}, rotated_after{false};
    together(2, [&](sql::write_executor& writer, int number) {
      if (number == 0) {
        CHECK(run(writer, end_sessions{alice, {session}, false, "logout", now}));
        ended = true;
        return;
      }
      for (std::uint32_t generation = 1; generation < 30; ++generation) {
        rotate_refresh op;
        op.session = session;
        op.generation = generation;
        op.presented_hash = "generation " + std::to_string(generation);
        op.successor_hash = "generation " + std::to_string(generation + 1);
        op.now = now;
        op.idle_expires_at = now + 1h;
        bool was_over = ended;
        auto outcome = run(writer, op);
        if (!outcome || outcome->kind != rotation::rotated)
          break;
        rotated_after = rotated_after || was_over;
      }
    });
    CHECK_FALSE(rotated_after);
    CHECK(live() == 0);
  }
}

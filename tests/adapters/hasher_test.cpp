#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include "adapters/hasher/hasher.hpp"
#include "tests/eventually.hpp"

// The pool over real bcrypt, cost 10.

using namespace callboard;
using namespace std::chrono_literals;

namespace {

struct pool {
  pool() {
    config.probe = probe;
    config.hash.cost = 10;
  }
  ~pool() { caf::anon_send_exit(hasher, caf::exit_reason::user_shutdown); }
  void begin() { hasher = system.spawn(hashing::hasher, config); }

  template <class Answer, class Request>
  std::future<caf::expected<Answer>> ask(Request request) {
    auto answer = std::make_shared<std::promise<caf::expected<Answer>>>();
    auto future = answer->get_future();
    system.spawn([answer, target = hasher, request = std::move(request)](caf::event_based_actor* self) mutable {
      self->request(target, 120s, std::move(request))
          .then([answer](Answer& value) { answer->set_value(std::move(value)); },
                [answer](caf::error& reason) { answer->set_value(std::move(reason)); });
    });
    return future;
  }
  password_verdict check(const std::string& password, const std::string& hash, bool dummy = false) {
    auto verdict = ask<password_verdict>(check_password{password, hash, dummy, {}}).get();
    REQUIRE(verdict);
    return *verdict;
  }
  static hashing_turn turn(std::string source, std::string name, std::chrono::milliseconds patience = 120s) {
    return {std::move(source), std::move(name), std::chrono::steady_clock::now() + patience};
  }

  std::shared_ptr<node_probe> probe = std::make_shared<node_probe>();
  hashing::hasher_config config;
  // One thread for all actors: whatever blocked it would hold up everything.
  static caf::actor_system_config& on_one_thread(caf::actor_system_config& config) {
    config.set("scheduler.max-threads", std::size_t{1});
    return config;
  }
  caf::actor_system_config system_config;
  caf::actor_system system{on_one_thread(system_config)};
  hasher_actor hasher;
};

/// Asks another actor again and again, each time behind whoever waits for the thread.
void go_round(caf::event_based_actor* self, const caf::actor& other, int rounds,
              const std::shared_ptr<std::promise<void>>& end) {
  if (rounds == 0)
    return end->set_value();
  self->request(other, caf::infinite, rounds).then([=](int) { go_round(self, other, rounds - 1, end); });
}

errc code(std::future<caf::expected<password_verdict>>& answer) {
  auto verdict = answer.get();
  return verdict ? errc::none : code_of(verdict.error());
}

} // namespace

TEST_CASE_FIXTURE(pool, "a password is hashed and verified, and each verification is counted by its kind") {
  begin();
  auto hash = ask<std::string>(hash_password{"right", {}}).get();
  REQUIRE(hash);
  CHECK(check("right", *hash).match);
  CHECK_FALSE(check("wrong", *hash).match);
  CHECK(probe->hasher.made.value() == 1);
  CHECK(probe->hasher.real.value() == 2);
  CHECK(probe->hasher.dummy.value() == 0);
  CHECK_FALSE(check("right", *hash, true).match); // the right one, but for show
  CHECK_FALSE(check("right", "").match);
  CHECK(probe->hasher.real.value() == 2);
  CHECK(probe->hasher.dummy.value() == 2);
}

TEST_CASE_FIXTURE(pool, "hashing takes no thread of the actors") {
  config.hash.cost = 13; // half a second, for some hundred messages
  config.work_deadline = 100s;
  begin();
  auto hash = ask<std::string>(hash_password{"slow", turn("a", "x")});
  REQUIRE(test::eventually([&] { return probe->hasher.made.value() > 0; }));
  auto end = std::make_shared<std::promise<void>>();
  auto echo = system.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](int n) { return n; }}; });
  system.spawn([echo, end](caf::event_based_actor* self) { go_round(self, echo, 100, end); });
  end->get_future().wait();
  CHECK(hash.wait_for(0s) == std::future_status::timeout); // it is still under way
  CHECK(hash.get());
}

TEST_CASE_FIXTURE(pool, "the threads that hash give way to all others") {
  config.workers = 2;
  config.hash.cost = 13; // so that one worker cannot do it all
  begin();
  std::vector<std::future<caf::expected<std::string>>> hashes;
  for (int i = 0; i < 4; ++i)
    hashes.push_back(ask<std::string>(hash_password{"x", turn("a", std::to_string(i))}));
  for (auto& each : hashes)
    CHECK(each.get());
  auto usual = ::getpriority(PRIO_PROCESS, 0);
  std::vector<int> lower;
  for (auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    auto priority = ::getpriority(PRIO_PROCESS, static_cast<id_t>(std::stoul(task.path().filename())));
    if (priority != usual)
      lower.push_back(priority);
  }
  CHECK(lower == std::vector<int>(2, usual + 5));
}

TEST_CASE_FIXTURE(pool, "what is late is dropped before it begins, and is said to be") {
  begin();
  auto late = ask<password_verdict>(check_password{"x", "", false, turn("a", "x", -1ms)});
  CHECK(code(late) == errc::overloaded);
  auto hash = ask<std::string>(hash_password{"x", turn("a", "x", -1ms)}).get();
  REQUIRE_FALSE(hash);
  CHECK(code_of(hash.error()) == errc::overloaded);
  CHECK(probe->hasher.late.value() == 2);
  CHECK(probe->hasher.real.value() + probe->hasher.dummy.value() + probe->hasher.made.value() == 0);
}

TEST_CASE_FIXTURE(pool, "what waits too long for its turn never runs, whatever its sender was told") {
  config.workers = 1;
  config.hash.cost = 13; // longer than the others may wait
  begin();
  auto first = ask<password_verdict>(check_password{"x", "", false, turn("a", "first")});
  while (probe->hasher.dummy.value() == 0) // it is being hashed
    std::this_thread::yield();
  std::vector<std::future<caf::expected<password_verdict>>> behind;
  for (int i = 0; i < 5; ++i)
    behind.push_back(ask<password_verdict>(check_password{"x", "", false, turn("b", std::to_string(i), 1ms)}));
  CHECK(code(first) == errc::none);
  for (auto& each : behind)
    CHECK(code(each) == errc::overloaded);
  CHECK(probe->hasher.dummy.value() == 1);
  CHECK(probe->hasher.late.value() + probe->hasher.hopeless.value() == 5); // known at once, or when its turn came
}

TEST_CASE_FIXTURE(pool, "whose turn would come too late is refused when it comes") {
  config.workers = 1;
  config.hash.cost = 13;
  begin();
  check("x", ""); // so long it takes
  std::vector<std::future<caf::expected<password_verdict>>> before;
  for (int i = 0; i < 3; ++i)
    before.push_back(ask<password_verdict>(check_password{"x", "", false, turn("a", "x")}));
  while (probe->hasher.waiting.value() < 2)
    std::this_thread::yield();
  auto hopeless = ask<password_verdict>(check_password{"x", "", false, turn("a", "x", 1ms)});
  CHECK(code(hopeless) == errc::overloaded);
  CHECK(probe->hasher.hopeless.value() == 1);
  CHECK(probe->hasher.dummy.value() < 4); // those before it are not done yet
  for (auto& each : before)
    CHECK(code(each) == errc::none);
  CHECK(probe->hasher.late.value() == 0);
}

TEST_CASE_FIXTURE(pool, "a worker that outlives its deadline does not begin what waited behind it too long") {
  config.workers = 1;
  config.hash.cost = 13;
  config.work_deadline = 1ms;
  begin();
  auto first = ask<password_verdict>(check_password{"x", "", false, turn("a", "x")});
  CHECK(code(first) == errc::timeout); // may have been verified: it is, in fact
  auto second = ask<password_verdict>(check_password{"x", "", false, turn("a", "x", 20ms)});
  auto after = code(second);
  CHECK((after == errc::timeout || after == errc::overloaded));
  // Long enough in the mailbox behind the first: not begun.
  auto third = ask<password_verdict>(check_password{"x", "", false, turn("a", "x")});
  third.get();
  CHECK(probe->hasher.dummy.value() <= 2);
}

TEST_CASE_FIXTURE(pool, "a flood on one name is refused at its bound, and others have their turns") {
  config.workers = 1;
  config.max_queue = 40;
  config.max_of_name = 4;
  begin();
  std::vector<std::future<caf::expected<password_verdict>>> flood, others;
  for (int i = 0; i < 100; ++i)
    flood.push_back(ask<password_verdict>(check_password{"x", "", false, turn("a", "victim")}));
  for (int i = 0; i < 20; ++i)
    others.push_back(ask<password_verdict>(check_password{"x", "", false, turn("a", "name" + std::to_string(i))}));
  for (auto& each : others)
    CHECK(code(each) == errc::none);
  int refused = 0;
  for (auto& each : flood)
    refused += code(each) == errc::overloaded ? 1 : 0;
  CHECK(refused > 0);
  CHECK(probe->hasher.crowded.value() == static_cast<std::uint64_t>(refused));
  CHECK(probe->hasher.dummy.value() == static_cast<std::uint64_t>(120 - refused));
  CHECK(probe->hasher.waiting.value() == 0);
}

TEST_CASE_FIXTURE(pool, "a full queue displaces who has most in it") {
  config.workers = 1;
  config.max_queue = 6;
  config.max_of_name = 100;
  begin();
  std::vector<std::future<caf::expected<password_verdict>>> flood;
  for (int i = 0; i < 30; ++i)
    flood.push_back(ask<password_verdict>(check_password{"x", "", false, turn("a", "victim")}));
  auto other = ask<password_verdict>(check_password{"x", "", false, turn("b", "someone")});
  CHECK(code(other) == errc::none);
  for (auto& each : flood)
    each.get();
  CHECK(probe->hasher.full.value() > 0);
}

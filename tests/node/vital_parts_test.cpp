#include "bin/callboard/vital_parts.hpp"

#include <condition_variable>
#include <mutex>

#include <doctest/doctest.h>

#include "adapters/sql/actors.hpp"

using namespace callboard;
using namespace std::chrono_literals;

namespace {

/// Throws what no handler of the store knows, when the first query comes.
std::shared_ptr<sql::query_executor> failing_executor() {
  return std::make_shared<sql::query_executor>([]() -> std::unique_ptr<sql::connection> { throw 1; },
                                               sql::store_settings{}, 1s);
}

/// The parts that were lost, as they are told from the actors' threads.
struct losses {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::pair<std::string, std::string>> told;

  auto teller() {
    return [this](const std::string& name, const std::string& reason) {
      std::lock_guard hold{mutex};
      told.emplace_back(name, reason);
      changed.notify_all();
    };
  }
  bool wait_for(std::size_t count) {
    std::unique_lock hold{mutex};
    return changed.wait_for(hold, 20s, [&] { return told.size() >= count; });
  }
};

caf::behavior idle(caf::event_based_actor*) {
  return {[](caf::ok_atom) {}};
}

} // namespace

TEST_CASE("a reader of the store that dies ends the pool, and that is told") {
  losses lost;
  caf::actor_system_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  auto readers = sql::spawn_reader_pool(system, {2, 8}, failing_executor, nullptr);
  auto other = system.spawn(idle);
  auto watch = watch_vital_parts(
      system, {{"the store's readers", caf::actor_cast<caf::actor>(readers)}, {"nothing", {}}, {"another", other}},
      lost.teller());
  self->request(readers, 20s, get_store_status{})
      .receive([](const store_status&) { FAIL("answered"); }, [](const caf::error&) {});
  REQUIRE(lost.wait_for(1));
  self->send_exit(watch, caf::exit_reason::user_shutdown);
  self->send_exit(other, caf::exit_reason::user_shutdown);
  self->wait_for(watch, other);
  REQUIRE(lost.told.size() == 1);
  CHECK(lost.told[0].first == "the store's readers");
  CHECK_FALSE(lost.told[0].second.empty());
}

TEST_CASE("a part that had ended before is told too") {
  losses lost;
  caf::actor_system_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  auto gone = system.spawn(idle);
  self->send_exit(gone, caf::exit_reason::kill);
  self->wait_for(gone);
  auto watch = watch_vital_parts(system, {{"gone", gone}}, lost.teller());
  REQUIRE(lost.wait_for(1));
  CHECK(lost.told[0].first == "gone");
  self->send_exit(watch, caf::exit_reason::user_shutdown);
}

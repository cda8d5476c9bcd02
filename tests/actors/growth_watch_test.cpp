#include "actors/growth_watch.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct growth_watch_fixture : deterministic {
  fake<store_actor> store{*this};
  growth_watch_config config;
  std::vector<partition_id> woken;
  growth_watch_actor watch;

  void begin() {
    config.outbox_grew = [this](partition_id partition) { woken.push_back(partition); };
    watch = start(growth_watch, config, store.handle());
    settle();
  }
  std::int64_t asked_after() { return store->last<get_outbox_growth>().after; }
};

} // namespace

TEST_CASE_FIXTURE(growth_watch_fixture, "relays of partitions that grew are woken, and only what is new is asked for") {
  begin();
  CHECK(asked_after() == 0);
  store.answer<get_outbox_growth>(outbox_growth{12, {partition_id{3}, partition_id{5}}});
  CHECK(woken == std::vector{partition_id{3}, partition_id{5}});
  advance(config.period);
  CHECK(asked_after() == 12);
  store.answer<get_outbox_growth>(outbox_growth{12, {}});
  CHECK(woken.size() == 2);
  advance(config.period);
  CHECK(asked_after() == 12);
}

TEST_CASE_FIXTURE(growth_watch_fixture, "a store that does not answer is asked again for the same") {
  begin();
  store.answer<get_outbox_growth>(outbox_growth{7, {}});
  advance(config.period);
  store.fail<get_outbox_growth>(errc::unavailable);
  CHECK(store->open<get_outbox_growth>() == 0);
  advance(config.period);
  CHECK(asked_after() == 7);
  CHECK(store->open<get_outbox_growth>() == 1);
}

#include "actors/outbox_watch.hpp"

#include "tests/actors/fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct outbox_watch_fixture : deterministic {
  fake<store_actor> store{*this};
  outbox_watch_config config;
  outbox_watch_actor watch;

  void begin() {
    config.max_rows = 100;
    config.enough_room = 90;
    config.wall_clock = [] { return timestamp{24h}; };
    config.probe = std::make_shared<node_probe>();
    watch = start(outbox_watch, config, store.handle());
    settle();
  }
  void found(std::int64_t rows, timestamp oldest = {}) {
    store_status status;
    status.outbox_rows = rows;
    status.oldest_outbox_row = oldest;
    store.answer<get_store_status>(status);
    advance(config.period);
  }
};

} // namespace

TEST_CASE_FIXTURE(outbox_watch_fixture, "what waits and since when are figures") {
  begin();
  found(7, timestamp{24h} - 3s);
  CHECK(config.probe->outbox_rows.value() == 7);
  CHECK(config.probe->outbox_oldest_age_ms.value() == 3'000);
  found(0);
  CHECK(config.probe->outbox_rows.value() == 0);
  CHECK(config.probe->outbox_oldest_age_ms.value() == 0);
}

TEST_CASE_FIXTURE(outbox_watch_fixture, "the outbox is full from its bound on until there is room again") {
  begin();
  found(99);
  CHECK_FALSE(*config.full);
  found(100);
  CHECK(*config.full);
  found(91);
  CHECK(*config.full);
  found(90);
  CHECK_FALSE(*config.full);
  found(99);
  CHECK_FALSE(*config.full);
}

TEST_CASE_FIXTURE(outbox_watch_fixture, "a store that does not answer leaves what was known, and is asked again") {
  begin();
  found(100);
  store.fail<get_store_status>(errc::unavailable);
  CHECK(*config.full);
  advance(config.period);
  CHECK(store->open<get_store_status>() == 1);
}

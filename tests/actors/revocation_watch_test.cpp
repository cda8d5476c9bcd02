#include "actors/revocation_watch.hpp"

#include "tests/actors/token_fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct revocation_watch_fixture : deterministic {
  fake<store_actor> store{*this};
  std::shared_ptr<plain_revocations> revocations = std::make_shared<plain_revocations>();
  std::shared_ptr<timestamp> now = std::make_shared<timestamp>(1000h);
  revocation_watch_config config;

  void begin() {
    config.wall_clock = [now = now] { return *now; };
    start(revocation_watch, config, store.handle(), std::shared_ptr<revocation_list>{revocations});
    settle();
  }
  timestamp asked_since() { return store->last<sessions_ended_since>().since; }
};

} // namespace

TEST_CASE_FIXTURE(revocation_watch_fixture, "what ended elsewhere is learnt at the start and at every interval") {
  begin();
  CHECK(asked_since() == *now - config.access_life);
  store.answer<sessions_ended_since>(std::vector<session_id>{uuid_of(1)});
  CHECK(revocations->is_revoked(uuid_of(1)));
  auto first = *now;
  *now += config.interval;
  advance(config.interval);
  REQUIRE(store->count<sessions_ended_since>() == 2);
  CHECK(asked_since() == first - config.overlap); // what was being committed then is seen now
  store.answer<sessions_ended_since>(std::vector<session_id>{uuid_of(2)});
  CHECK(revocations->is_revoked(uuid_of(2)));
  CHECK_FALSE(revocations->is_revoked(uuid_of(3)));
}

TEST_CASE_FIXTURE(revocation_watch_fixture, "what a store did not tell is asked for again") {
  begin();
  store.answer<sessions_ended_since>(std::vector<session_id>{});
  auto seen = *now;
  for (int i = 0; i < 3; ++i) {
    *now += config.interval;
    advance(config.interval);
    store.fail<sessions_ended_since>(errc::unavailable);
  }
  *now += config.interval;
  advance(config.interval);
  CHECK(asked_since() == seen - config.overlap);
  *now += config.store_deadline;
  advance(config.store_deadline + config.interval); // no answer at all
  CHECK(store->count<sessions_ended_since>() == 6);
  CHECK(asked_since() == seen - config.overlap);
}

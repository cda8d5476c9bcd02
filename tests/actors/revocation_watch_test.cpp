#include "actors/revocation_watch.hpp"

#include "tests/actors/token_fakes.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

struct revocation_watch_fixture : deterministic {
  fake<store_actor> store{*this};
  fake<placement_actor> placement{*this};
  std::shared_ptr<plain_revocations> revocations = std::make_shared<plain_revocations>();
  std::shared_ptr<timestamp> now = std::make_shared<timestamp>(1000h);
  revocation_watch_config config;

  void begin() {
    config.wall_clock = [now = now] { return *now; };
    start(revocation_watch, config, store.handle(), placement.handle(), std::shared_ptr<revocation_list>{revocations});
    settle();
  }
  timestamp asked_since() { return store->last<sessions_ended_since>().since; }
};

using ends = std::vector<session_end>;

} // namespace

TEST_CASE_FIXTURE(revocation_watch_fixture, "what ended elsewhere is learnt at the start and at every interval") {
  begin();
  CHECK(asked_since() == *now - config.access_life);
  store.answer<sessions_ended_since>(ends{{uuid_of(1), user_id{7}, "evicted"}});
  CHECK(revocations->is_revoked(uuid_of(1)));
  auto first = *now;
  *now += config.interval;
  advance(config.interval);
  REQUIRE(store->count<sessions_ended_since>() == 2);
  CHECK(asked_since() == first - config.overlap); // what was being committed then is seen now
  store.answer<sessions_ended_since>(ends{{uuid_of(2), user_id{7}, "disabled"}});
  CHECK(revocations->is_revoked(uuid_of(2)));
  CHECK_FALSE(revocations->is_revoked(uuid_of(3)));
}

TEST_CASE_FIXTURE(revocation_watch_fixture, "connections end with a session that another writer ended, and once") {
  begin();
  revocations->revoke(uuid_of(1), *now + 15min); // by this node, which told of it itself
  store.answer<sessions_ended_since>(ends{{uuid_of(1), user_id{7}, "logout"}, {uuid_of(2), user_id{8}, "disabled"}});
  REQUIRE(placement->count<user_end_sessions>() == 1);
  auto& told = placement->last<user_end_sessions>();
  CHECK(told.user == user_id{8});
  CHECK(told.sessions == std::vector{uuid_of(2)});
  CHECK_FALSE(told.all);
  CHECK(told.reason == "disabled");
  *now += config.interval;
  advance(config.interval);
  store.answer<sessions_ended_since>(ends{{uuid_of(2), user_id{8}, "disabled"}});
  CHECK(placement->count<user_end_sessions>() == 1);
}

TEST_CASE_FIXTURE(revocation_watch_fixture, "connections whose owner is not known yet end with the next look") {
  auto is_known = std::make_shared<bool>(false); // as at a start, before the partitions are taken over
  placement->on<user_end_sessions, done>([is_known](user_end_sessions&) -> caf::expected<done> {
    return *is_known ? caf::expected<done>{done{}} : make_failure(errc::moved);
  });
  begin();
  store.answer<sessions_ended_since>(ends{{uuid_of(2), user_id{8}, "disabled"}});
  REQUIRE(placement->count<user_end_sessions>() == 1);
  *is_known = true;
  *now += config.interval;
  advance(config.interval);
  store.answer<sessions_ended_since>(ends{{uuid_of(2), user_id{8}, "disabled"}});
  REQUIRE(placement->count<user_end_sessions>() == 2);
  CHECK(placement->last<user_end_sessions>().sessions == std::vector{uuid_of(2)});
  *now += config.interval;
  advance(config.interval);
  store.answer<sessions_ended_since>(ends{});
  CHECK(placement->count<user_end_sessions>() == 2);
}

TEST_CASE_FIXTURE(revocation_watch_fixture, "what a store did not tell is asked for again") {
  begin();
  store.answer<sessions_ended_since>(ends{});
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

#include "tests/redis/cache_nodes.hpp"

// What several nodes before one Redis share.

using namespace callboard;
using namespace callboard::test;

namespace {

struct two_nodes {
  two_nodes() {
    auto options = options_for(shared_redis());
    options.prefix = fresh_prefix();
    options.command_timeout = 10s;
    one = std::make_unique<redis_node>(options);
    other = std::make_unique<redis_node>(options);
  }
  std::unique_ptr<redis_node> one, other;
};

} // namespace

TEST_CASE_FIXTURE(two_nodes, "failures on all nodes count together, and a lock holds on all") {
  CHECK(one->fail("a"));
  CHECK(other->fail("a"));
  CHECK(one->fail("a"));
  CHECK_FALSE(other->reserve("a"));
  CHECK_FALSE(one->reserve("a"));
  CHECK(eventually([&] { return other->reserve("a"); }));
}

TEST_CASE_FIXTURE(two_nodes, "an attempt waits for one that is under way on another node") {
  for (int i = 0; i < 3; ++i)
    CHECK(one->reserve("a"));
  auto waiting = other->attempt("a");
  CHECK(waiting.wait_for(300ms) == std::future_status::timeout);
  one->settle("a", true);
  CHECK(waiting.get().outcome == attempt_outcome::taken);
}

TEST_CASE_FIXTURE(two_nodes, "a rate is shared") {
  CHECK(one->take("a", 2));
  CHECK(other->take("a", 2));
  CHECK_FALSE(one->take("a", 2));
  CHECK_FALSE(other->take("a", 2));
}

TEST_CASE_FIXTURE(two_nodes, "a copy kept by one is found by the other, until either drops it") {
  one->keep("user:1", one->find("user:1").lease, "alice");
  CHECK(other->find("user:1").bytes == "alice");
  other->drop("user:1");
  CHECK_FALSE(one->find("user:1").found);
  auto lease = one->find("user:1").lease;
  other->drop("user:1");
  one->keep("user:1", lease, "old");
  CHECK_FALSE(one->find("user:1").found);
}

TEST_CASE_FIXTURE(two_nodes, "a session that ends on one node is known to the other") {
  one->revocations->revoke(session_number(1), wall_clock() + 60s);
  CHECK(eventually([&] { return other->revocations->is_revoked(session_number(1)); }));
  CHECK_FALSE(other->revocations->is_revoked(session_number(2)));
}

TEST_CASE("a node that starts later knows every session that ended before, page by page") {
  auto options = options_for(shared_redis());
  options.prefix = fresh_prefix();
  options.command_timeout = 10s;
  constexpr std::uint16_t ended = 12'001; // more than two pages, half of them with one end
  redis_node one{options};
  auto until = wall_clock() + 60s;
  for (std::uint16_t i = 0; i < ended; ++i) {
    one.revocations->revoke(session_number(i), until + std::chrono::milliseconds{i % 2 == 0 ? 0 : i});
    if (i % 1'000 == 0)
      one.flush();
  }
  one.flush();
  redis_node later{options};
  CHECK(eventually([&] {
    for (std::uint16_t i = 0; i < ended; ++i)
      if (!later.revocations->is_revoked(session_number(i)))
        return false;
    return true;
  }));
}

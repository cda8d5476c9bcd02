#include <vector>

#include "tests/redis/cache_nodes.hpp"

// What both forms of the cache promise; each case runs over memory and over Redis.

using namespace callboard;
using namespace callboard::test;

namespace {

struct embedded {
  static std::unique_ptr<cache_node> make(memory::cache_config rules = quick_rules()) {
    return std::make_unique<memory_node>(std::move(rules));
  }
};

struct over_redis {
  static std::unique_ptr<cache_node> make(memory::cache_config rules = quick_rules()) {
    auto options = options_for(shared_redis());
    options.prefix = fresh_prefix();
    options.command_timeout = 10s; // these cases are about answers, not about time
    return std::make_unique<redis_node>(std::move(options), std::move(rules));
  }
};

} // namespace

#define CACHE_TEST(sentence) TEST_CASE_TEMPLATE(sentence, Form, embedded, over_redis)

CACHE_TEST("an account is locked after so many failures, for a time") {
  auto node = Form::make();
  for (int i = 0; i < 3; ++i)
    CHECK(node->fail("a"));
  auto refused = node->attempt("a").get();
  CHECK(refused.outcome != attempt_outcome::taken);
  CHECK(refused.locked_until > timestamp{});
  CHECK(refused.locked_until <= wall_clock() + 5s);
  CHECK(node->reserve("b"));
  CHECK(eventually([&] { return node->reserve("a"); }));
  CHECK(wall_clock() >= refused.locked_until);
}

CACHE_TEST("a success gives its attempt back and forgives nothing") {
  auto node = Form::make();
  CHECK(node->fail("a"));
  CHECK(node->fail("a"));
  for (int i = 0; i < 10; ++i) {
    CHECK(node->reserve("a"));
    node->settle("a", true);
  }
  CHECK(node->fail("a"));
  CHECK_FALSE(node->reserve("a"));
}

CACHE_TEST("parallel attempts past the bound wait until one is settled") {
  auto node = Form::make();
  for (int i = 0; i < 3; ++i)
    CHECK(node->reserve("a"));
  auto fourth = node->attempt("a");
  CHECK(fourth.wait_for(300ms) == std::future_status::timeout);
  node->settle("a", true);
  CHECK(fourth.get().outcome == attempt_outcome::taken);
  auto fifth = node->attempt("a");
  for (int i = 0; i < 3; ++i)
    node->settle("a", false);
  CHECK(fifth.get().outcome != attempt_outcome::taken);
}

CACHE_TEST("an attempt that waits is refused when its time is over, and when too many wait") {
  auto rules = quick_rules();
  rules.longest_wait = 300ms;
  rules.max_waiting = 2;
  auto node = Form::make(rules);
  for (int i = 0; i < 3; ++i)
    CHECK(node->reserve("a"));
  std::vector<std::future<attempt_verdict>> waiting;
  for (int i = 0; i < 6; ++i)
    waiting.push_back(node->attempt("a"));
  for (auto& each : waiting)
    CHECK(each.get().outcome != attempt_outcome::taken);
}

CACHE_TEST("a thousand parallel wrong guesses cost as many verifications as may fail") {
  auto rules = quick_rules();
  rules.lock = 60s;
  CHECK(Form::make(rules)->log_in_together("a", 1'000, false) == 3);
}

CACHE_TEST("two hundred parallel right log-ins all pass") {
  CHECK(Form::make()->log_in_together("a", 200, true) == 200);
}

CACHE_TEST("without a bound nobody is locked") {
  auto node = Form::make();
  node->most = 0;
  for (int i = 0; i < 50; ++i)
    CHECK(node->fail("a"));
}

CACHE_TEST("an attempt is taken of all its keys or of none") {
  auto node = Form::make();
  auto from = [](const std::string& account) {
    return std::vector<attempt_key>{{"user:" + account, 3}, {"source:s", 5}};
  };
  auto fail = [&](const std::string& account) {
    auto keys = from(account);
    auto verdict = node->attempt_of(keys).get();
    if (verdict.outcome == attempt_outcome::taken)
      node->settle(keys, false);
    return verdict.outcome == attempt_outcome::taken;
  };
  for (int i = 0; i < 3; ++i)
    CHECK(fail("1"));
  // The account is locked: what it refuses costs the source nothing.
  for (int i = 0; i < 5; ++i)
    CHECK_FALSE(fail("1"));
  CHECK(fail("2"));
  CHECK(fail("3"));
  // Now the source is, for every account; elsewhere they are not.
  CHECK_FALSE(fail("4"));
  CHECK(node->attempt_of({{"user:4", 3}, {"source:t", 5}}).get().outcome == attempt_outcome::taken);
  CHECK(node->attempt_of({{"user:1", 3}, {"source:t", 5}}).get().outcome != attempt_outcome::taken);
  CHECK(eventually([&] { return fail("4"); }));
}

CACHE_TEST("an attempt waits for the key that is out, and is taken of both when it comes back") {
  auto node = Form::make();
  std::vector<attempt_key> one{{"user:1", 3}, {"source:s", 2}}, other{{"user:2", 3}, {"source:s", 2}};
  CHECK(node->attempt_of(one).get().outcome == attempt_outcome::taken);
  CHECK(node->attempt_of(one).get().outcome == attempt_outcome::taken);
  auto waiting = node->attempt_of(other);
  CHECK(waiting.wait_for(300ms) == std::future_status::timeout);
  node->settle(one, true);
  CHECK(waiting.get().outcome == attempt_outcome::taken);
  node->settle(one, true);
  node->settle(other, true);
  for (int i = 0; i < 2; ++i)
    CHECK(node->attempt_of(other).get().outcome == attempt_outcome::taken);
}

CACHE_TEST("a rate gives its minute's worth") {
  auto node = Form::make();
  CHECK(node->take("a", 2));
  CHECK(node->take("a", 2));
  CHECK_FALSE(node->take("a", 2));
  CHECK(node->take("b", 2));
}

CACHE_TEST("a rate comes back with time") {
  auto node = Form::make();
  int taken = 0;
  while (taken < 20'000 && node->take("a", 600))
    ++taken;
  CHECK(taken >= 600);
  REQUIRE(taken < 20'000);
  CHECK(eventually([&] { return node->take("a", 600); }));
}

CACHE_TEST("a copy is found until it is dropped") {
  auto node = Form::make();
  auto missing = node->find("user:1");
  CHECK_FALSE(missing.found);
  REQUIRE_FALSE(missing.lease.empty());
  std::string bytes{"any\0bytes\r\n\xff", 12};
  node->keep("user:1", missing.lease, bytes);
  auto found = node->find("user:1");
  CHECK(found.found);
  CHECK(found.bytes == bytes);
  CHECK_FALSE(node->find("user:2").found);
  node->drop("user:1");
  CHECK_FALSE(node->find("user:1").found);
}

CACHE_TEST("what was read before a change is not kept after it") {
  auto node = Form::make();
  auto before = node->find("user:1").lease;
  node->drop("user:1");
  node->keep("user:1", before, "old");
  CHECK_FALSE(node->find("user:1").found);
  auto first = node->find("user:1").lease;
  auto second = node->find("user:1").lease;
  CHECK(first != second);
  node->keep("user:1", first, "by the first");
  CHECK_FALSE(node->find("user:1").found);
}

CACHE_TEST("a lease is good once, and only for its key") {
  auto node = Form::make();
  auto lease = node->find("user:1").lease;
  auto other = node->find("user:2").lease;
  node->keep("user:1", other, "of another");
  node->keep("user:1", "made up", "of nobody");
  node->keep("user:1", lease, "right");
  node->keep("user:1", lease, "again");
  CHECK(node->find("user:1").bytes == "right");
}

CACHE_TEST("a copy goes after its time") {
  auto rules = quick_rules();
  rules.copy_life = 300ms;
  auto node = Form::make(rules);
  node->keep("user:1", node->find("user:1").lease, "short");
  CHECK(eventually([&] { return !node->find("user:1").found; }));
}

CACHE_TEST("no more copies are kept than there is room for") {
  auto rules = quick_rules();
  rules.max_copies = 10;
  auto node = Form::make(rules);
  for (int i = 0; i < 40; ++i) {
    auto key = "user:" + std::to_string(i);
    node->keep(key, node->find(key).lease, "x");
  }
  CHECK(node->find("user:39").found);
  int found = 0;
  for (int i = 39; i >= 0; --i)
    found += node->find("user:" + std::to_string(i)).found ? 1 : 0;
  CHECK(found <= 10);
}

CACHE_TEST("an ended session is known at once") {
  auto node = Form::make();
  CHECK_FALSE(node->revocations->is_revoked(session_number(1)));
  node->revocations->revoke(session_number(1), wall_clock() + 60s);
  CHECK(node->revocations->is_revoked(session_number(1)));
  CHECK_FALSE(node->revocations->is_revoked(session_number(2)));
}

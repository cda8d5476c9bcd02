#include <atomic>
#include <future>
#include <mutex>
#include <vector>

#include "tests/redis/cache_nodes.hpp"

// Redis killed, frozen, emptied, closed to one node: answers stay right, and the cache comes back by itself.

using namespace callboard;
using namespace callboard::test;

namespace {

struct own_redis {
  redis_server server;
  redis::client_options options = options_for(server.where());

  bool is_back(redis_node& node) {
    return eventually([&] { return node.client->ready() && node.client->feed_ready(); });
  }
  bool is_away(redis_node& node) {
    return eventually([&] { return !node.client->ready() && !node.client->feed_ready(); });
  }
};

memory::cache_config long_lock() {
  auto rules = quick_rules();
  rules.lock = 60s;
  return rules;
}

void lock(redis_node& node, const std::string& key) {
  for (int i = 0; i < 3; ++i)
    CHECK(node.fail(key));
  CHECK_FALSE(node.reserve(key));
}

} // namespace

TEST_CASE_FIXTURE(own_redis, "with Redis killed this node's own counts decide, and it comes back by itself") {
  redis_node node{options, long_lock()};
  lock(node, "locked");
  CHECK(node.fail("begun"));
  node.keep("user:1", node.find("user:1").lease, "alice");
  node.revocations->revoke(session_number(1), wall_clock() + 60s);
  server.kill();
  CHECK_FALSE(node.reserve("locked"));
  CHECK(node.fail("begun"));
  CHECK(node.fail("begun"));
  CHECK_FALSE(node.reserve("begun"));
  lock(node, "new");
  CHECK(node.take("rate", 1));
  CHECK_FALSE(node.take("rate", 1));
  CHECK_FALSE(node.find("user:1").found);
  CHECK(node.find("user:1").lease.empty());
  CHECK(node.revocations->is_revoked(session_number(1)));
  CHECK(node.probe->redis.away.value() + node.probe->redis.lost.value() > 0);
  server.start();
  REQUIRE(is_back(node));
  CHECK(eventually([&] { return node.probe->redis.connected.value() == 1; }));
  CHECK_FALSE(node.reserve("locked"));
  CHECK_FALSE(node.reserve("new"));
  CHECK(eventually([&] { return !node.find("user:2").lease.empty(); }));
  // What this node knew is in the empty Redis again, for others.
  redis_node other{options, long_lock()};
  CHECK(eventually([&] { return !other.reserve("locked"); }));
  CHECK(eventually([&] { return other.revocations->is_revoked(session_number(1)); }));
}

TEST_CASE_FIXTURE(own_redis, "a frozen Redis costs a request one time-out, and then nothing") {
  options.command_timeout = 200ms;
  redis_node node{options, long_lock()};
  lock(node, "locked");
  server.freeze();
  CHECK(node.fail("a"));
  CHECK(is_away(node));
  auto timeouts = node.probe->redis.timeout.value();
  CHECK(timeouts > 0);
  CHECK_FALSE(node.reserve("locked"));
  CHECK(node.fail("a"));
  CHECK(node.fail("a"));
  CHECK_FALSE(node.reserve("a"));
  for (int i = 0; i < 100; ++i)
    node.find("user:1");
  std::this_thread::sleep_for(1s); // it tries to connect meanwhile
  CHECK_FALSE(node.client->ready());
  CHECK(node.probe->redis.timeout.value() == timeouts);
  server.thaw();
  REQUIRE(is_back(node));
  CHECK_FALSE(node.reserve("a"));
  CHECK(eventually([&] { return !node.find("user:1").lease.empty(); }));
}

TEST_CASE_FIXTURE(own_redis, "emptying Redis unlocks nobody and forgets no ended session") {
  options.command_timeout = 10s; // without Redis the other node would count for itself
  redis_node one{options, long_lock()};
  redis_node other{options, long_lock()};
  lock(one, "a");
  one.revocations->revoke(session_number(1), wall_clock() + 60s);
  one.flush();
  one.keep("user:1", one.find("user:1").lease, "alice");
  CHECK(server.run({"FLUSHALL"}) == "OK");
  CHECK_FALSE(one.reserve("a"));
  CHECK_FALSE(one.find("user:1").found);
  CHECK(eventually([&] { return server.run({"EXISTS", "test:failed:{a}"}) == "1"; }));
  CHECK_FALSE(other.reserve("a"));
  CHECK(eventually([&] { return server.run({"ZCARD", "test:revoked"}) == "1"; }));
  redis_node later{options};
  CHECK(eventually([&] { return later.revocations->is_revoked(session_number(1)); }));
}

TEST_CASE_FIXTURE(own_redis, "what was told while a node was cut off is learnt when it is back") {
  server.run({"ACL", "SETUSER", "node", "on", ">pass word", "~*", "&*", "+@all"});
  auto named = options;
  named.where.user = "node";
  named.where.password = "pass word";
  redis_node one{options, long_lock()};
  redis_node other{named, long_lock()};
  other.keep("user:1", other.find("user:1").lease, "alice");
  server.run({"ACL", "SETUSER", "node", "off"});
  server.run({"CLIENT", "KILL", "USER", "node"});
  REQUIRE(is_away(other));
  one.revocations->revoke(session_number(1), wall_clock() + 60s);
  other.revocations->revoke(session_number(2), wall_clock() + 60s);
  other.drop("user:1"); // a change that Redis does not hear of
  CHECK_FALSE(other.find("user:1").found);
  one.flush();
  CHECK_FALSE(other.revocations->is_revoked(session_number(1)));
  CHECK_FALSE(one.revocations->is_revoked(session_number(2)));
  server.run({"ACL", "SETUSER", "node", "on"});
  REQUIRE(is_back(other));
  CHECK(eventually([&] { return other.revocations->is_revoked(session_number(1)); }));
  CHECK(eventually([&] { return one.revocations->is_revoked(session_number(2)); }));
  CHECK(eventually([&] { return !one.find("user:1").found; }));
}

TEST_CASE_FIXTURE(own_redis, "changes beyond what can be remembered stop all copies until the old ones have gone") {
  redis::cache_config rules;
  rules.local = quick_rules();
  rules.local.copy_life = 1s;
  rules.lease_life = 1s;
  rules.max_unsent_drops = 2;
  redis_node node{options, rules};
  server.kill();
  REQUIRE(is_away(node));
  for (int i = 0; i < 4; ++i)
    node.drop("user:" + std::to_string(i));
  auto before = wall_clock();
  server.start();
  REQUIRE(is_back(node));
  CHECK(eventually([&] { return !node.find("user:9").lease.empty(); }));
  CHECK(wall_clock() >= before + 2s);
}

TEST_CASE("a node starts without Redis and uses it as soon as it is there") {
  redis_server server;
  server.kill();
  redis_node node{options_for(server.where()), long_lock(), false};
  lock(node, "a");
  CHECK(node.find("user:1").lease.empty());
  node.revocations->revoke(session_number(1), wall_clock() + 60s);
  server.start();
  CHECK(eventually([&] { return node.client->ready() && node.client->feed_ready(); }));
  CHECK(eventually([&] { return server.run({"EXISTS", "test:failed:{a}", "test:revoked"}) == "2"; }));
}

TEST_CASE_FIXTURE(own_redis, "a Redis that lets nobody in is away, and says why without the password") {
  server.run({"CONFIG", "SET", "requirepass", "right"});
  std::mutex mutex;
  std::vector<std::string> reports;
  options.report = [&](const std::string& sentence) {
    std::lock_guard guard{mutex};
    reports.push_back(sentence);
  };
  options.where.password = "wrong secret";
  options.connect_timeout = options.command_timeout = 60s; // what it is told, not how long it takes
  redis_node node{options, long_lock(), false};
  CHECK(eventually([&] {
    std::lock_guard guard{mutex};
    return !reports.empty();
  }));
  lock(node, "a");
  node.client->stop();
  REQUIRE(reports.size() == 1); // once, not at every try
  CHECK(reports[0].find("WRONGPASS") != std::string::npos);
  CHECK(reports[0].find("secret") == std::string::npos);
}

TEST_CASE_FIXTURE(own_redis, "scripts that somebody removed are brought again") {
  redis_node node{options, long_lock()};
  CHECK(node.fail("a"));
  server.run({"SCRIPT", "FLUSH"});
  CHECK(node.fail("a"));
  REQUIRE(is_back(node));
  CHECK(eventually([&] { return !node.find("user:1").lease.empty(); }));
}

TEST_CASE_FIXTURE(own_redis, "thousands of commands in a row are answered each with its own") {
  options.command_timeout = 20s;
  redis_node node{options};
  constexpr std::size_t count = 8'000;
  std::vector<std::int64_t> answers(count);
  std::atomic<std::size_t> answered{0};
  for (std::size_t i = 0; i < count; ++i)
    node.client->send({"INCR", "test:count"}, [&, i](const redis::result& answer) {
      answers[i] = answer.how == redis::outcome::ok ? answer.value.number : -1;
      ++answered;
    });
  REQUIRE(eventually([&] { return answered == count; }));
  for (std::size_t i = 0; i < count; ++i)
    REQUIRE(answers[i] == static_cast<std::int64_t>(i + 1));
}

TEST_CASE_FIXTURE(own_redis, "past the bound of commands under way each is answered at once, and none is lost") {
  options.max_under_way = 10;
  options.command_timeout = 6s;
  redis_node node{options};
  server.freeze();
  std::atomic<int> busy{0}, other{0};
  for (int i = 0; i < 50; ++i)
    node.client->send({"PING"},
                      [&](const redis::result& answer) { ++(answer.how == redis::outcome::busy ? busy : other); });
  CHECK(busy >= 40);
  CHECK(eventually([&] { return busy + other == 50; }));
  server.thaw();
  REQUIRE(is_back(node));
  CHECK(eventually([&] {
    std::promise<redis::outcome> how;
    node.client->send({"PING"}, [&](const redis::result& answer) { how.set_value(answer.how); });
    return how.get_future().get() == redis::outcome::ok;
  }));
}

TEST_CASE_FIXTURE(own_redis, "what is under way when the client stops is answered") {
  redis_node node{options};
  server.freeze();
  std::atomic<int> answered{0};
  for (int i = 0; i < 20; ++i)
    node.client->send({"PING"}, [&](const redis::result&) { ++answered; });
  node.client->stop();
  CHECK(answered == 20);
  node.client->send({"PING"}, [&](const redis::result& answer) {
    CHECK(answer.how == redis::outcome::away);
    ++answered;
  });
  CHECK(answered == 21);
  server.thaw();
}

#include <doctest/doctest.h>

#include <deque>
#include <random>

#include "adapters/http/connection_limits.hpp"
#include "adapters/http/outlet_queue.hpp"
#include "adapters/http/send_queue.hpp"
#include "adapters/http/websocket_connection.hpp"

using namespace callboard;
using namespace callboard::http;

namespace {

shared_bytes make(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::string read(const send_queue& queue, std::size_t most) {
  std::vector<iovec> slices(most);
  auto count = queue.gather(slices.data(), most);
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i)
    bytes.append(static_cast<const char*>(slices[i].iov_base), slices[i].iov_len);
  return bytes;
}

} // namespace

TEST_CASE("bytes leave a queue in order, whatever each write takes") {
  auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  backlog_pool pool;
  for (int round = 0; round < 50; ++round) {
    send_queue queue;
    std::string expected;
    std::string seen;
    std::size_t counted = 0;
    for (int step = 0; step < 3000; ++step) {
      if (random() % 2) {
        auto exempt = random() % 4 == 0;
        std::string text(random() % 20, static_cast<char>('a' + random() % 26));
        expected += text;
        queue.push(make(text), exempt, pool);
      } else if (!queue.empty()) {
        auto next = read(queue, 1 + random() % 5);
        auto count = random() % (next.size() + 1);
        seen += next.substr(0, count);
        queue.consume(count);
        if (queue.empty())
          queue.finish(pool);
      }
      CHECK(queue.total() == expected.size() - seen.size());
      CHECK(queue.counted() <= queue.total());
    }
    while (!queue.empty()) {
      auto next = read(queue, 1024);
      seen += next;
      queue.consume(next.size());
    }
    counted += queue.counted();
    CHECK(counted == 0);
    CHECK(seen == expected);
  }
}

TEST_CASE("exempt bytes do not count against the bound") {
  backlog_pool pool;
  send_queue queue;
  queue.push(make("page"), true, pool);
  queue.push(make("live"), false, pool);
  CHECK(queue.total() == 8);
  CHECK(queue.counted() == 4);
  queue.consume(5);
  CHECK(queue.counted() == 3);
}

TEST_CASE("what is dropped never cuts a frame") {
  backlog_pool pool;
  send_queue queue;
  for (auto text : {"first", "second", "third"})
    queue.push(make(text), false, pool);
  queue.consume(2);
  queue.drop_unsent(pool);
  queue.push(make("close"), true, pool);
  CHECK(read(queue, 10) == "rstclose");
  CHECK(queue.counted() == 3);
  send_queue whole;
  for (auto text : {"first", "second"})
    whole.push(make(text), false, pool);
  whole.drop_unsent(pool);
  CHECK(whole.empty());
  CHECK(whole.total() == 0);
}

TEST_CASE("tokens come when everything has left, each once") {
  backlog_pool pool;
  send_queue queue;
  queue.push(make("a"), true, pool);
  queue.add_token(1, pool);
  queue.push(make("b"), true, pool);
  queue.add_token(2, pool);
  queue.consume(2);
  REQUIRE(queue.empty());
  CHECK(queue.finish(pool) == std::vector<std::uint64_t>{1, 2});
  CHECK(queue.finish(pool).empty());
}

TEST_CASE("an outlet queue wakes its thread once for what gathers, and drops everything after its end") {
  int woken = 0;
  outlet_queue queue{1u << 20, [&woken] { ++woken; }};
  for (int i = 0; i < 5; ++i)
    queue.push({});
  CHECK(woken == 1);
  std::vector<outlet_item> items;
  queue.take(items);
  CHECK(items.size() == 5);
  queue.push({});
  CHECK(woken == 2);
  queue.close();
  queue.push({});
  items.clear();
  queue.take(items);
  CHECK(items.empty());
}

TEST_CASE("connections are counted in all and by address") {
  connection_limits limits{3, 2};
  auto first = limits.admit("a");
  auto second = limits.admit("a");
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(limits.admit("a"));
  auto uncounted = limits.admit("");
  CHECK(uncounted);
  CHECK_FALSE(limits.admit("b"));
  CHECK(limits.count() == 3);
  auto moved = std::move(first);
  first.release();
  CHECK(limits.count() == 3);
  moved = connection_ticket{};
  CHECK(limits.count() == 2);
  CHECK(limits.admit("a"));
}

TEST_CASE("an idle connection stays small") {
  // Tens of thousands of these are held; see options.hpp and the measurements of an idle connection.
  CHECK(sizeof(websocket_connection) <= 160);
}

TEST_CASE("the queue to an I/O thread drops what is past its bound, and says so once") {
  int woken = 0;
  outlet_queue queue{1000, [&] { ++woken; }};
  auto push = [&](std::size_t size) {
    queue.push({outlet_item::kind::send, {}, 0, 0, std::make_shared<const std::string>(size, 'x'), nullptr});
  };
  std::vector<outlet_item> items;
  push(5000); // whatever its size, one may always wait
  CHECK(queue.take(items));
  CHECK(items.size() == 1);
  items.clear();
  for (int i = 0; i < 100; ++i)
    push(100);
  CHECK_FALSE(queue.take(items));
  CHECK(items.size() >= 2);
  CHECK(items.size() <= 9);
  items.clear();
  CHECK(queue.take(items));
  push(1);
  CHECK(queue.take(items));
  CHECK(items.size() == 1);
  CHECK(woken == 3);
}

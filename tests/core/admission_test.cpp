#include <doctest/doctest.h>

#include <algorithm>
#include <deque>

#include "actors/core/admission.hpp"

using namespace callboard;
using namespace std::chrono_literals;

namespace {

using clock_time = core::admission_limit::clock_time;

const clock_time start{1h};

/// What became of what was offered in one second.
struct second {
  double offered = 0, refused = 0, done = 0;
  std::chrono::milliseconds longest_wait{0}; // of what was done
};

/// A queue in front of something that carries `capacity` a second, all of them together each `step`.
class simulation {
public:
  explicit simulation(core::admission_config config) : limit{config, start} {}

  second run(double offered, double capacity, std::chrono::milliseconds step = 1ms) {
    second seen;
    for (auto end = now + 1s; now < end; now += step) {
      auto part = std::chrono::duration<double>(step).count();
      for (arrived += offered * part; arrived >= 1; arrived -= 1) {
        ++seen.offered;
        if (limit.enter(now))
          waiting.push_back(now);
        else
          ++seen.refused;
      }
      for (carried = std::min(carried + capacity * part, capacity * part + 1); carried >= 1 && !waiting.empty();
           carried -= 1) {
        auto waited = now - waiting.front();
        seen.longest_wait = std::max(seen.longest_wait, std::chrono::duration_cast<std::chrono::milliseconds>(waited));
        waiting.pop_front();
        limit.leave(now);
        ++seen.done;
      }
    }
    return seen;
  }

  core::admission_limit limit;
  std::deque<clock_time> waiting;
  clock_time now = start;
  double arrived = 0, carried = 0;
};

} // namespace

TEST_CASE("offered more than it can carry, all that it can carry is done, in time") {
  for (double capacity : {5'000.0, 20'000.0, 60'000.0})
    for (double times : {1.2, 2.0, 5.0}) {
      CAPTURE(capacity);
      CAPTURE(times);
      simulation server{{}};
      for (int i = 0; i < 3; ++i)
        server.run(capacity * times, capacity); // it learns
      for (int i = 0; i < 5; ++i) {
        auto seen = server.run(capacity * times, capacity);
        CHECK(seen.done >= 0.97 * capacity);
        CHECK(seen.longest_wait <= 650ms);
        CHECK(seen.refused > 0);
      }
    }
}

TEST_CASE("what it can carry is never refused") {
  for (double capacity : {5'000.0, 60'000.0}) {
    simulation server{{}};
    for (int i = 0; i < 5; ++i)
      CHECK(server.run(0.9 * capacity, capacity).refused == 0);
  }
}

TEST_CASE("what is carried many at a time counts as what is carried one by one") {
  simulation server{{}};
  for (int i = 0; i < 5; ++i)
    server.run(60'000, 30'000, 50ms); // a slow disk, with company for each commit
  auto seen = server.run(60'000, 30'000, 50ms);
  CHECK(seen.done >= 0.95 * 30'000);
  CHECK(seen.longest_wait <= 700ms);
}

TEST_CASE("a slower disk lets fewer in, a faster one more") {
  simulation server{{}};
  for (int i = 0; i < 3; ++i)
    server.run(100'000, 50'000);
  auto before = server.limit.limit();
  CHECK(before > 20'000);
  for (int i = 0; i < 8; ++i)
    server.run(100'000, 5'000);
  CHECK(server.limit.limit() < 3'000);
  CHECK(server.run(100'000, 5'000).longest_wait <= 650ms);
  for (int i = 0; i < 5; ++i)
    server.run(100'000, 50'000);
  CHECK(server.limit.limit() > before * 0.9);
}

TEST_CASE("a store that stands still is waited for by no more than there were") {
  simulation server{{}};
  server.run(100'000, 20'000);
  auto before = server.limit.limit();
  server.run(100'000, 0);
  CHECK(server.waiting.size() <= before * 1.1); // what the last window before it taught
  auto seen = server.run(100'000, 0);
  CHECK(seen.refused == seen.offered);
  CHECK(server.limit.limit() >= core::admission_config{}.least);
}

TEST_CASE("bounds hold, whatever was seen") {
  core::admission_config config{500ms, 10, 5, 20};
  core::admission_limit limit{config, start};
  for (int i = 0; i < 10; ++i)
    CHECK(limit.enter(start));
  CHECK_FALSE(limit.enter(start));
  CHECK(limit.under_way() == 10);
  simulation fast{config}, slow{config};
  for (int i = 0; i < 5; ++i) {
    fast.run(1'000'000, 500'000);
    slow.run(1'000, 1);
  }
  CHECK(fast.limit.limit() == 20);
  CHECK(slow.limit.limit() == 5);
}

TEST_CASE("without a backlog nothing is learnt, nor from a time when nobody was there") {
  simulation server{{}};
  for (int i = 0; i < 5; ++i)
    server.run(100, 50'000);
  CHECK(server.limit.limit() == core::admission_config{}.first);
  core::admission_limit limit{{500ms, 10, 5, 20}, start};
  CHECK(limit.enter(start));
  CHECK(limit.enter(start + 1h));
  CHECK(limit.limit() == 10);
  for (int i = 1; i < 4; ++i)
    CHECK(limit.enter(start + 1h + i * 1s)); // a few slow ones: no fewer may be
  CHECK(limit.limit() == 10);
}

#include <doctest/doctest.h>

#include "actors/core/backoff.hpp"
#include "actors/core/token_bucket.hpp"
#include "tests/core/random.hpp"

using namespace callboard;
using namespace std::chrono_literals;

namespace {
const core::token_bucket::clock_time start{1h};
}

TEST_CASE("a token bucket gives its burst, then its rate") {
  core::token_bucket bucket{2, 3, start};
  for (int i = 0; i < 3; ++i)
    CHECK(bucket.take(start));
  CHECK_FALSE(bucket.take(start));
  CHECK_FALSE(bucket.take(start + 499ms));
  CHECK(bucket.take(start + 500ms));
  CHECK_FALSE(bucket.take(start + 500ms));
  CHECK(bucket.take(start + 1h)); // no more than the burst was kept
  CHECK(bucket.take(start + 1h));
  CHECK(bucket.take(start + 1h));
  CHECK_FALSE(bucket.take(start + 1h));
}

TEST_CASE("a rate of 0 is no limit") {
  core::token_bucket bucket{0, 0, start};
  for (int i = 0; i < 1000; ++i)
    CHECK(bucket.take(start));
}

TEST_CASE("a clock that jumps back neither gives nor takes") {
  core::token_bucket bucket{1, 1, start};
  CHECK(bucket.take(start));
  CHECK_FALSE(bucket.take(start - 1h));
  CHECK_FALSE(bucket.take(start));
  CHECK(bucket.take(start + 1s));
}

TEST_CASE("over any time a bucket gives at most burst + rate * time") {
  auto seed = test::random_seed();
  INFO("CALLBOARD_TEST_SEED=" << seed);
  test::random_source random{seed};
  for (int round = 0; round < 100; ++round) {
    double rate = static_cast<double>(random.between(1, 100));
    double burst = static_cast<double>(random.between(1, 50));
    core::token_bucket bucket{rate, burst, start};
    auto now = start;
    double taken = 0;
    for (int i = 0; i < 300; ++i) {
      now += std::chrono::milliseconds{random.between(0, 40)};
      taken += bucket.take(now) ? 1 : 0;
      CHECK(taken <= burst + rate * std::chrono::duration<double>(now - start).count() + 1e-6);
      CHECK(bucket.tokens() >= 0);
      CHECK(bucket.tokens() <= burst);
    }
  }
}

TEST_CASE("waits double up to the most, and jitter takes at most a half away") {
  core::backoff least{100ms, 1000ms};
  core::backoff most{100ms, 1000ms};
  // Multiples of the number of choices give the shortest wait, one less the longest.
  for (auto full : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    auto choices = static_cast<std::uint64_t>(full.count() / 2 + 1);
    CHECK(least.next(choices * 7) == full / 2);
    CHECK(most.next(choices * 7 - 1) == full);
  }
  CHECK(least.tries() == 6);
  least.reset();
  CHECK(least.tries() == 0);
  CHECK(least.next(0) == 50ms);
}

TEST_CASE("a backoff stays in its bounds for ever") {
  auto seed = test::random_seed();
  INFO("CALLBOARD_TEST_SEED=" << seed);
  test::random_source random{seed};
  for (int round = 0; round < 200; ++round) {
    std::chrono::milliseconds first{random.between(1, 5'000)};
    std::chrono::milliseconds longest{random.between(static_cast<std::uint64_t>(first.count()), 3'600'000)};
    core::backoff pause{first, longest};
    for (int i = 0; i < 80; ++i) {
      auto wait = pause.next(random.between(0, ~std::uint64_t{0}));
      CHECK(wait >= first / 2);
      CHECK(wait <= longest);
      if (i > 40)
        CHECK(wait >= longest / 2);
    }
  }
}

TEST_CASE("a first wait of 0 stays 0") {
  core::backoff pause{0ms, 1000ms};
  CHECK(pause.next(5) == 0ms);
  CHECK(pause.next(6) == 0ms);
}

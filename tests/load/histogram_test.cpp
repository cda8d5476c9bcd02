#include "bin/callboard-load/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <doctest/doctest.h>
#include <limits>
#include <random>
#include <vector>

using callboard::load::histogram;

TEST_CASE("an empty histogram answers 0") {
  const histogram empty;
  CHECK(empty.percentile(50) == 0);
  CHECK(empty.max() == 0);
  CHECK(empty.count() == 0);
}

TEST_CASE("small values are exact") {
  histogram values;
  for (int value = 1; value <= 100; ++value)
    values.record(value);
  CHECK(values.percentile(0) == 1);
  CHECK(values.percentile(1) == 1);
  CHECK(values.percentile(50) == 50);
  CHECK(values.percentile(99) == 99);
  CHECK(values.percentile(100) == 100);
}

TEST_CASE("the extremes have a bucket") {
  histogram values;
  values.record(-5);
  values.record(0);
  values.record(std::numeric_limits<std::int64_t>::max());
  CHECK(values.percentile(50) == 0);
  CHECK(values.percentile(100) == std::numeric_limits<std::int64_t>::max());
  CHECK(values.count() == 3);
}

TEST_CASE("any percentile is at most 1/128 above the sorted one and never below it") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  for (int round = 0; round < 20; ++round) {
    histogram values;
    std::vector<std::int64_t> sorted;
    for (int i = 0; i < 2000; ++i) {
      sorted.push_back(static_cast<std::int64_t>(random() >> (1 + random() % 62)));
      values.record(sorted.back());
    }
    std::sort(sorted.begin(), sorted.end());
    for (const double percent : {0.1, 10.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
      const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * 2000));
      const std::int64_t exact = sorted[std::max<std::size_t>(rank, 1) - 1];
      const std::int64_t found = values.percentile(percent);
      REQUIRE(found >= exact);
      REQUIRE(found - exact <= exact / 128);
    }
  }
}

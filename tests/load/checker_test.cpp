#include "bin/callboard-load/checker.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <random>
#include <set>
#include <vector>

using namespace callboard::load;

TEST_CASE("consecutive offsets are in order") {
  sequence_checker checker;
  checker.start(41);
  CHECK(checker.expected() == 42);
  for (std::uint64_t offset = 42; offset < 60; ++offset)
    CHECK(checker.accept(offset) == verdict::in_order);
  CHECK(checker.position() == 59);
  CHECK(checker.missing() == 0);
}

TEST_CASE("a stream that starts empty is due at offset 1") {
  sequence_checker checker;
  checker.start(0);
  CHECK(checker.accept(1) == verdict::in_order);
}

TEST_CASE("a lost offset is a gap and stays missing") {
  sequence_checker checker;
  checker.start(0);
  checker.accept(1);
  CHECK(checker.accept(4) == verdict::gap);
  CHECK(checker.missing() == 2);
  CHECK(checker.accept(5) == verdict::in_order);
  CHECK(checker.missing() == 2);
}

TEST_CASE("a repeated offset is a duplicate, also one from before the start") {
  sequence_checker checker;
  checker.start(10);
  checker.accept(11);
  CHECK(checker.accept(11) == verdict::duplicate);
  CHECK(checker.accept(3) == verdict::duplicate);
  CHECK(checker.expected() == 12);
}

TEST_CASE("an offset that fills a gap is late, and a duplicate the second time") {
  sequence_checker checker;
  checker.start(0);
  CHECK(checker.accept(6) == verdict::gap);
  CHECK(checker.accept(3) == verdict::late);
  CHECK(checker.missing() == 4);
  CHECK(checker.accept(3) == verdict::duplicate);
  for (const std::uint64_t offset : {1, 2, 4, 5})
    CHECK(checker.accept(offset) == verdict::late);
  CHECK(checker.missing() == 0);
  CHECK(checker.accept(7) == verdict::in_order);
}

TEST_CASE("start forgets the gaps of before") {
  sequence_checker checker;
  checker.start(0);
  checker.accept(9);
  checker.start(9);
  CHECK(checker.missing() == 0);
  CHECK(checker.accept(10) == verdict::in_order);
}

TEST_CASE("random streams are judged as a set of seen offsets would judge them") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 200; ++round) {
    sequence_checker checker;
    checker.start(0);
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 60; ++i) {
      const std::uint64_t offset = random() % 40 + 1;
      const std::uint64_t highest = seen.empty() ? 0 : *seen.rbegin();
      const verdict due = seen.contains(offset)   ? verdict::duplicate
                          : offset == highest + 1 ? verdict::in_order
                          : offset > highest      ? verdict::gap
                                                  : verdict::late;
      seen.insert(offset);
      REQUIRE(checker.accept(offset) == due);
      REQUIRE(checker.missing() == *seen.rbegin() - seen.size());
    }
  }
}

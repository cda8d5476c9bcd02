#include "messages/probe.hpp"

#include <doctest/doctest.h>

using namespace callboard;

TEST_CASE("a peak is the greatest level of its window and the one before it") {
  peak level;
  CHECK(level.read(100) == 0);
  level.note(7);
  level.note(3);
  CHECK(level.read(101) == 7);
  CHECK(level.read(101) == 7); // reading takes nothing away: there may be two who scrape
  CHECK(level.read(100 + peak::window_seconds) == 7);
  level.note(2);
  CHECK(level.read(105 + peak::window_seconds) == 7); // of the window before
  CHECK(level.read(100 + 2 * peak::window_seconds) == 2);
  CHECK(level.read(100 + 3 * peak::window_seconds) == 0);
}

TEST_CASE("a value that counts several times does so in its bucket and in the sum") {
  power_histogram<4> sizes;
  sizes.observe(3, 5);
  sizes.observe(1000);
  CHECK(sizes.count(2) == 5);
  CHECK(sizes.count(3) == 1);
  CHECK(sizes.sum() == 1015);
}

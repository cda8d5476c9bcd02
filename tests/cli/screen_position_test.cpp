#include "bin/callboard-cli/screen_position.hpp"

#include <clocale>
#include <string>

#include <doctest/doctest.h>

using namespace callboard::cli;

TEST_CASE("a text that is shorter than the terminal is wide stays on its row") {
  CHECK(row_after("", 80) == 0);
  CHECK(row_after("admin> hello", 80) == 0);
  CHECK(row_after(std::string(79, 'x'), 80) == 0);
}

TEST_CASE("a full row goes on in the next one") {
  CHECK(row_after(std::string(80, 'x'), 80) == 1);
  CHECK(row_after(std::string(159, 'x'), 80) == 1);
  CHECK(row_after(std::string(160, 'x'), 80) == 2);
}

TEST_CASE("columns are counted, not bytes") {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  CHECK(row_after("Привет", 10) == 0);
  CHECK(row_after("Привет", 6) == 1);
  CHECK(row_after("日本語", 7) == 0);
  CHECK(row_after("日本語", 6) == 1);
  CHECK(row_after("日本語", 5) == 1);  // the third character does not fit in what is left of the row
  CHECK(row_after("e\u0301", 2) == 0); // an accent stands over its letter
}

TEST_CASE("a terminal that says it has no width is no trouble") {
  CHECK(row_after("ab", 0) == 1);
}

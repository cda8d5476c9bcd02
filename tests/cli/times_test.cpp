#include "bin/callboard-cli/times.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>
#include <string>

using namespace callboard::cli;

namespace {

// Sets the local time zone (POSIX notation, so that no zone files are needed) and restores the previous one.
class local_zone {
public:
  explicit local_zone(const char* zone) : had_(std::getenv("TZ") != nullptr), before_(had_ ? std::getenv("TZ") : "") {
    setenv("TZ", zone, 1);
    tzset();
  }
  ~local_zone() {
    if (had_)
      setenv("TZ", before_.c_str(), 1);
    else
      unsetenv("TZ");
    tzset();
  }
  local_zone(const local_zone&) = delete;
  local_zone& operator=(const local_zone&) = delete;

private:
  bool had_;
  std::string before_;
};

time_point at(std::string_view text) {
  const auto time = parse_rfc3339(text);
  REQUIRE(time.has_value());
  return *time;
}

std::string in(std::string_view when) {
  const auto parsed = parse_when(when, at("2026-11-21T10:00:00Z"));
  return parsed ? parsed->in : "nothing";
}

std::string due_at(std::string_view when, std::string_view now) {
  const auto parsed = parse_when(when, at(now));
  return parsed ? parsed->at : "nothing";
}

constexpr const char* moscow = "MSK-3";
constexpr const char* berlin = "CET-1CEST,M3.5.0,M10.5.0/3";

} // namespace

TEST_CASE("RFC 3339 is read and written") {
  CHECK(write_rfc3339(at("2026-11-21T10:45:00Z")) == "2026-11-21T10:45:00.000Z");
  CHECK(write_rfc3339(at("2026-11-21T13:45:00.1239+03:00")) == "2026-11-21T10:45:00.123Z");
  CHECK(write_rfc3339(at("2026-01-01t00:30:00.5-01:00")) == "2026-01-01T01:30:00.500Z");
  CHECK(write_rfc3339(at("2028-02-29T23:59:59Z")) == "2028-02-29T23:59:59.000Z");
  for (const char* text :
       {"", "2026-11-21", "2026-11-21T10:45Z", "2026-11-21T10:45:00", "2026-02-29T10:00:00Z", "2026-13-01T10:00:00Z",
        "2026-11-21T24:00:00Z", "2026-11-21T10:60:00Z", "2026-11-21T10:45:00.Z", "2026-11-21T10:45:00Zx",
        "2026-11-21T10:45:00+3:00", "0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59-00:01"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text).has_value());
  }
}

TEST_CASE("times are shown on the local clock") {
  {
    const local_zone zone(moscow);
    CHECK(local_clock(at("2026-11-21T10:45:00Z")) == "13:45");
    CHECK(local_date_and_clock(at("2026-11-21T22:00:00Z")) == "2026-11-22 01:00");
  }
  const local_zone zone(berlin);
  CHECK(local_clock(at("2026-07-01T10:45:00Z")) == "12:45");
  CHECK(local_clock(at("2026-12-01T10:45:00Z")) == "11:45");
}

TEST_CASE("delays become ISO 8601 durations") {
  CHECK(in("10m") == "PT10M");
  CHECK(in("2h") == "PT2H");
  CHECK(in("1h30m") == "PT1H30M");
  CHECK(in("90s") == "PT1M30S");
  CHECK(in("1d") == "PT24H");
  CHECK(in("1w2d3h4m5s") == "PT219H4M5S");
}

TEST_CASE("what is not a time is refused") {
  for (const char* when : {"", "m", "10", "0m", "-5m", "10x", "5m2h", "1h1h", "1.5h", " 10m", "10m ", "24:00", "13:60",
                           "1:00", "13:45x", "99999999999m", "600w", "2099-01-01T00:00:00Z", "tomorrow"}) {
    CAPTURE(when);
    CHECK_FALSE(parse_when(when, at("2026-11-21T10:00:00Z")).has_value());
  }
}

TEST_CASE("a time of day means its next occurrence on the local clock") {
  {
    const local_zone zone(moscow);
    CHECK(due_at("13:45", "2026-11-21T10:00:00Z") == "2026-11-21T10:45:00.000Z");
    CHECK(due_at("13:00", "2026-11-21T10:00:00Z") == "2026-11-22T10:00:00.000Z");
    CHECK(due_at("00:05", "2026-12-31T22:00:00Z") == "2027-01-01T21:05:00.000Z");
  }
  const local_zone zone(berlin); // the clock went back at 2026-10-25T01:00Z
  CHECK(due_at("08:00", "2026-10-24T20:00:00Z") == "2026-10-25T07:00:00.000Z");
}

TEST_CASE("RFC 3339 times are sent in UTC") {
  CHECK(due_at("2026-12-01T08:00:00+03:00", "2026-11-21T10:00:00Z") == "2026-12-01T05:00:00.000Z");
}

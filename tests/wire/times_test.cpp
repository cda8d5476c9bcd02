#include <doctest/doctest.h>

#include "adapters/http/wire/times.hpp"

using namespace callboard;
using namespace callboard::http::wire;

namespace {

std::string again(std::string_view text) {
  auto time = parse_time(text);
  return time ? format_time(*time) : "refused";
}

std::int64_t milliseconds_of(std::string_view text) {
  auto duration = parse_duration(text);
  return duration ? duration->count() : -1;
}

} // namespace

TEST_CASE("times are written as RFC 3339 with milliseconds") {
  CHECK(format_time(timestamp{}) == "1970-01-01T00:00:00.000Z");
  CHECK(format_time(timestamp{std::chrono::milliseconds{1'777'626'000'007}}) == "2026-05-01T09:00:00.007Z");
  CHECK(format_time(timestamp{std::chrono::milliseconds{-1}}) == "1969-12-31T23:59:59.999Z");
  CHECK(format_time(timestamp::max()) == "9999-12-31T23:59:59.999Z");
  CHECK(format_time(timestamp::min()) == "0000-01-01T00:00:00.000Z");
}

TEST_CASE("days are read and written") {
  for (auto text : {"1970-01-01", "2026-05-01", "2024-02-29", "1969-12-31", "0000-01-01", "9999-12-31"})
    CHECK(format_day(parse_day(text).value()) == text);
  CHECK(number_of(parse_day("1970-01-02").value()) == 1);
  for (auto text : {"", "2026-5-1", "2026-02-30", "2026-13-01", "2026-05-01T", "2026-05-01 ", "26-05-01", "+026-05-01",
                    "2026/05/01", "20260501", "2026-05-0x", "today"})
    CHECK_FALSE(parse_day(text));
}

TEST_CASE("times of RFC 3339 are read in UTC") {
  CHECK(again("2026-05-01T09:00:00Z") == "2026-05-01T09:00:00.000Z");
  CHECK(again("2026-05-01t09:00:00z") == "2026-05-01T09:00:00.000Z");
  CHECK(again("2031-05-01T12:00:00+03:00") == "2031-05-01T09:00:00.000Z");
  CHECK(again("2026-01-01T00:00:00-00:30") == "2026-01-01T00:30:00.000Z");
  CHECK(again("2026-03-01T00:10:00+23:59") == "2026-02-28T00:11:00.000Z");
  CHECK(again("2028-02-29T23:59:59.5Z") == "2028-02-29T23:59:59.500Z");
  CHECK(again("2026-05-01T09:00:00.123456789Z") == "2026-05-01T09:00:00.123Z");
  CHECK(again("0000-01-01T00:00:00Z") == "0000-01-01T00:00:00.000Z");
  CHECK(again("9999-12-31T23:59:59.999Z") == "9999-12-31T23:59:59.999Z");
}

TEST_CASE("what is no time of RFC 3339 is refused") {
  for (auto text : {"",
                    "tomorrow",
                    "2026-05-01",
                    "2026-05-01T09:00Z",
                    "2026-05-01T09:00:00",
                    "2026-05-01 09:00:00Z",
                    "2026-02-30T00:00:00Z",
                    "2027-02-29T00:00:00Z",
                    "2026-13-01T00:00:00Z",
                    "2026-00-01T00:00:00Z",
                    "2026-05-00T00:00:00Z",
                    "2026-05-01T24:00:00Z",
                    "2026-05-01T09:60:00Z",
                    "2026-05-01T09:00:60Z",
                    "2026-05-01T09:00:00.Z",
                    "2026-05-01T09:00:00.1234567890Z",
                    "2026-05-01T09:00:00+0300",
                    "2026-05-01T09:00:00+03",
                    "2026-05-01T09:00:00+24:00",
                    "2026-05-01T09:00:00+03:60",
                    "2026-05-01T09:00:00Z ",
                    " 2026-05-01T09:00:00Z",
                    "2026-05-01T09:00:00ZZ",
                    "+2026-05-01T09:00:00Z",
                    "26-05-01T09:00:00Z",
                    "2026-5-1T09:00:00Z",
                    "2026-05-01T09:00:00,5Z",
                    "2026-05-01T-9:00:00Z",
                    "0000-01-01T00:00:00+23:59",
                    "9999-12-31T23:59:59-00:01"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text).has_value());
  }
  std::string_view with_nul{"2026-05-01T09:00:00Z\0", 21};
  CHECK_FALSE(parse_time(with_nul).has_value());
}

TEST_CASE("durations of ISO 8601 are read") {
  CHECK(milliseconds_of("PT10M") == 600'000);
  CHECK(milliseconds_of("P1D") == 86'400'000);
  CHECK(milliseconds_of("PT1H30M") == 5'400'000);
  CHECK(milliseconds_of("PT90S") == 90'000);
  CHECK(milliseconds_of("P2W") == 1'209'600'000);
  CHECK(milliseconds_of("P1DT12H") == 129'600'000);
  CHECK(milliseconds_of("P1W2DT3H4M5S") == 604'800'000 + 2 * 86'400'000 + 3 * 3'600'000 + 4 * 60'000 + 5'000);
  CHECK(milliseconds_of("PT0.5S") == 500);
  CHECK(milliseconds_of("PT1.0009S") == 1'000);
  CHECK(milliseconds_of("PT0S") == 0);
  CHECK(milliseconds_of("PT007S") == 7'000);
  CHECK(milliseconds_of("P36525D") == 36'525LL * 86'400'000);
}

TEST_CASE("what is no duration is refused") {
  for (auto text : {"",
                    "P",
                    "PT",
                    "P1DT",
                    "soon",
                    "10M",
                    "PT10",
                    "PT10m",
                    "P1Y",
                    "P11Y",
                    "P1M",
                    "P1H",
                    "PT1D",
                    "-PT1M",
                    "+PT1M",
                    "PT-1M",
                    "PT1M1H",
                    "PT1M1M",
                    "PT1.5H",
                    "PT.5S",
                    "PT1.S",
                    "PT1,5S",
                    "P1D1W",
                    "PTT1M",
                    " PT1M",
                    "PT1M ",
                    "PT1 M",
                    "P1.5D",
                    "P36526D",
                    "PT99999999999S",
                    "P9999999999W",
                    "PP1D"}) {
    CAPTURE(text);
    CHECK(milliseconds_of(text) == -1);
  }
}

TEST_CASE("time zones are those of the tz database") {
  for (auto name : {"UTC", "Europe/Moscow", "America/Argentina/Ushuaia", "Etc/GMT-3", "GMT"}) {
    CAPTURE(name);
    CHECK(is_timezone(name));
  }
  for (auto name : {"", "Mars/Olympus", "europe/moscow", "Europe", "Europe/", "/Europe/Moscow", "../zoneinfo/UTC",
                    "Europe/../UTC", "posix/UTC", "right/UTC", "zone.tab", "tzdata.zi", "localtime", "+03:00"}) {
    CAPTURE(name);
    CHECK_FALSE(is_timezone(name));
  }
}

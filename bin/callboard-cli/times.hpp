#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace callboard::cli {

using time_point = std::chrono::sys_time<std::chrono::milliseconds>;

/// Reads an RFC 3339 date and time with `Z` or an offset; fractions below milliseconds are cut off. Nothing
/// for what lies beyond the years 0000-9999 in UTC.
std::optional<time_point> parse_rfc3339(std::string_view text);

/// Writes RFC 3339 in UTC with milliseconds, e.g. `2026-11-21T10:45:00.000Z`.
std::string write_rfc3339(time_point time);

/// `13:45` in the local time zone.
std::string local_clock(time_point time);

/// `2026-11-21 13:45` in the local time zone.
std::string local_date_and_clock(time_point time);

/// When a reminder is due: exactly one of the two is set.
struct due {
  std::string in; ///< an ISO 8601 duration such as `PT1H30M`
  std::string at; ///< an RFC 3339 time in UTC
};

/// Reads `10m`, `2h`, `1h30m`, `1d` (units w d h m s, each once, from large to small), `HH:MM` (the next time that the
/// local clock shows it) or RFC 3339. Nothing if it is none of these, is zero, or lies more than 10 years ahead.
std::optional<due> parse_when(std::string_view text, time_point now);

} // namespace callboard::cli

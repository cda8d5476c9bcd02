#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "messages/analytics.hpp"
#include "messages/ids.hpp"

namespace callboard::http::wire {

/// Appends a time as RFC 3339 in UTC with milliseconds: `2026-05-01T09:00:00.000Z`. Years beyond 0000-9999, which the
/// form cannot hold, are cut to its ends.
void append_time(std::string& out, timestamp time);
std::string format_time(timestamp time);

/// Reads RFC 3339 (section 5.6): `Z` or an offset is required; of a fraction's digits, at most nine, those beyond
/// milliseconds are dropped. Dates that do not exist, leap seconds, a space in place of `T` and what lies beyond the
/// years 0000-9999 in UTC are refused.
std::optional<timestamp> parse_time(std::string_view text);

/// A day as `2026-05-01`. Years beyond 0000-9999 are cut to the ends.
std::string format_day(day_number day);

/// Reads a day of that form; dates that do not exist are refused.
std::optional<day_number> parse_day(std::string_view text);

/// Reads an ISO 8601 duration of weeks, days, hours, minutes and seconds: `P2W`, `P1DT12H`, `PT90S`, `PT0.5S`. Years
/// and months, whose length is not known, signs and more than 100 years are refused.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Whether the name is one of the tz database ("Europe/Moscow"), as installed on this machine. `UTC` always is.
bool is_timezone(std::string_view name);

} // namespace callboard::http::wire

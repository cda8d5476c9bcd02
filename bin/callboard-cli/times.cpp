#include "bin/callboard-cli/times.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace callboard::cli {

namespace {

using namespace std::chrono_literals;

// What RFC 3339 can write in UTC.
constexpr time_point first_time = std::chrono::sys_days{std::chrono::year{0} / std::chrono::January / 1};
constexpr time_point last_time = std::chrono::sys_days{std::chrono::year{10000} / std::chrono::January / 1} - 1ms;

constexpr auto longest_delay = std::chrono::seconds(10LL * 366 * 24 * 3600);

// Reads exactly `digits` decimal digits at `position` and moves behind them.
std::optional<int> read_digits(std::string_view text, std::size_t& position, std::size_t digits) {
  if (text.size() - position < digits)
    return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = text[position + i];
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + (c - '0');
  }
  position += digits;
  return value;
}

bool read_any_of(std::string_view text, std::size_t& position, std::string_view characters) {
  if (position >= text.size() || characters.find(text[position]) == std::string_view::npos)
    return false;
  ++position;
  return true;
}

// `HH:MM`, both in range.
std::optional<std::chrono::minutes> read_hours_minutes(std::string_view text, std::size_t& position) {
  const auto hours = read_digits(text, position, 2);
  if (!hours || !read_any_of(text, position, ":"))
    return std::nullopt;
  const auto minutes = read_digits(text, position, 2);
  if (!minutes || *hours > 23 || *minutes > 59)
    return std::nullopt;
  return std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
}

// `Z` or `+HH:MM`: what to subtract from local time to get UTC.
std::optional<std::chrono::minutes> read_offset(std::string_view text, std::size_t& position) {
  if (read_any_of(text, position, "Zz"))
    return 0min;
  const bool west = position < text.size() && text[position] == '-';
  if (!read_any_of(text, position, "+-"))
    return std::nullopt;
  const auto offset = read_hours_minutes(text, position);
  if (!offset)
    return std::nullopt;
  return west ? -*offset : *offset;
}

std::chrono::milliseconds read_fraction(std::string_view text, std::size_t& position) {
  int milliseconds = 0;
  for (int scale = 100; position < text.size() && text[position] >= '0' && text[position] <= '9'; scale /= 10)
    milliseconds += (text[position++] - '0') * scale;
  return std::chrono::milliseconds(milliseconds);
}

std::tm local_fields(time_point time) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm fields{};
  static_cast<void>(localtime_r(&seconds, &fields)); // fails beyond years that an int holds
  return fields;
}

std::string write_local(time_point time, const char* pattern) {
  const std::tm fields = local_fields(time);
  std::array<char, 64> buffer{};
  const auto length = std::strftime(buffer.data(), buffer.size(), pattern, &fields);
  return {buffer.data(), length};
}

std::optional<std::chrono::seconds> parse_delay(std::string_view text) {
  struct unit {
    char letter;
    std::chrono::seconds length;
  };
  constexpr std::array units{unit{'w', 168h}, unit{'d', 24h}, unit{'h', 1h}, unit{'m', 1min}, unit{'s', 1s}};
  std::chrono::seconds total{};
  std::size_t next_unit = 0;
  while (!text.empty()) {
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const auto used = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || used == text.size())
      return std::nullopt;
    while (next_unit < units.size() && units[next_unit].letter != text[used])
      ++next_unit;
    if (next_unit == units.size() || count > longest_delay / units[next_unit].length)
      return std::nullopt;
    total += count * units[next_unit++].length;
    text.remove_prefix(used + 1);
  }
  if (total <= 0s || total > longest_delay)
    return std::nullopt;
  return total;
}

std::string write_duration(std::chrono::seconds delay) {
  const std::chrono::hh_mm_ss parts(delay);
  std::string text = "PT";
  if (parts.hours() > 0h)
    text += std::to_string(parts.hours().count()) + 'H';
  if (parts.minutes() > 0min)
    text += std::to_string(parts.minutes().count()) + 'M';
  if (parts.seconds() > 0s)
    text += std::to_string(parts.seconds().count()) + 'S';
  return text;
}

// The next moment after `now` at which the local clock shows the time of day.
std::optional<time_point> next_local(std::chrono::minutes time_of_day, time_point now) {
  for (int days_ahead = 0; days_ahead <= 2; ++days_ahead) {
    std::tm fields = local_fields(now);
    fields.tm_mday += days_ahead;
    fields.tm_hour = static_cast<int>(time_of_day.count() / 60);
    fields.tm_min = static_cast<int>(time_of_day.count() % 60);
    fields.tm_sec = 0;
    fields.tm_isdst = -1; // let the zone's rules of that day decide
    const time_point candidate{std::chrono::seconds(std::mktime(&fields))};
    if (candidate > now)
      return candidate;
  }
  return std::nullopt;
}

} // namespace

std::optional<time_point> parse_rfc3339(std::string_view text) {
  std::size_t position = 0;
  const auto year = read_digits(text, position, 4);
  if (!year || !read_any_of(text, position, "-"))
    return std::nullopt;
  const auto month = read_digits(text, position, 2);
  if (!month || !read_any_of(text, position, "-"))
    return std::nullopt;
  const auto day = read_digits(text, position, 2);
  if (!day || !read_any_of(text, position, "Tt "))
    return std::nullopt;
  const auto clock = read_hours_minutes(text, position);
  if (!clock || !read_any_of(text, position, ":"))
    return std::nullopt;
  const auto second = read_digits(text, position, 2);
  if (!second || *second > 60)
    return std::nullopt;
  std::chrono::milliseconds fraction{};
  if (read_any_of(text, position, ".")) {
    const auto start = position;
    fraction = read_fraction(text, position);
    if (position == start)
      return std::nullopt;
  }
  const auto offset = read_offset(text, position);
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!offset || position != text.size() || !date.ok())
    return std::nullopt;
  const auto time =
      time_point{std::chrono::sys_days(date)} + *clock + std::chrono::seconds(*second) + fraction - *offset;
  if (time < first_time || time > last_time)
    return std::nullopt;
  return time;
}

std::string write_rfc3339(time_point time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> buffer{};
  const int length =
      std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {buffer.data(), static_cast<std::size_t>(length)};
}

std::string local_clock(time_point time) {
  return write_local(time, "%H:%M");
}

std::string local_date_and_clock(time_point time) {
  return write_local(time, "%Y-%m-%d %H:%M");
}

std::optional<due> parse_when(std::string_view text, time_point now) {
  if (const auto delay = parse_delay(text))
    return due{write_duration(*delay), {}};
  std::size_t position = 0;
  const auto time_of_day = read_hours_minutes(text, position);
  const auto time = time_of_day && position == text.size() ? next_local(*time_of_day, now) : parse_rfc3339(text);
  if (!time || *time > now + longest_delay)
    return std::nullopt;
  return due{{}, write_rfc3339(*time)};
}

} // namespace callboard::cli

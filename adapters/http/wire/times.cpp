#include "adapters/http/wire/times.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <set>
#include <system_error>

namespace callboard::http::wire {
namespace {

using std::chrono::milliseconds;

// What RFC 3339 can write in UTC.
constexpr timestamp first_time = std::chrono::sys_days{std::chrono::year{0} / std::chrono::January / 1};
constexpr timestamp last_time =
    std::chrono::sys_days{std::chrono::year{10000} / std::chrono::January / 1} - milliseconds{1};

void append_digits(std::string& out, unsigned value, int count) {
  char digits[4];
  for (int i = count; i-- > 0; value /= 10)
    digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits, static_cast<std::size_t>(count));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes text apart from its front.
class scanner {
public:
  explicit scanner(std::string_view text) : rest_{text} {}

  bool take(char expected) {
    if (rest_.empty() || rest_.front() != expected)
      return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly `count` digits.
  std::optional<int> take_digits(std::size_t count) {
    if (rest_.size() < count ||
        !std::all_of(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count), is_digit))
      return std::nullopt;
    int value = 0;
    for (auto c : rest_.substr(0, count))
      value = value * 10 + (c - '0');
    rest_.remove_prefix(count);
    return value;
  }
  /// As many digits as there are, 1 to `most`.
  std::string_view take_run(std::size_t most) {
    std::size_t length = 0;
    while (length < rest_.size() && is_digit(rest_[length]))
      ++length;
    if (length > most)
      length = 0;
    auto run = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return run;
  }
  bool at_end() const { return rest_.empty(); }

private:
  std::string_view rest_;
};

/// The first three digits behind a decimal point.
int milliseconds_of(std::string_view fraction) {
  int value = 0;
  for (std::size_t i = 0; i < 3; ++i)
    value = value * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  return value;
}

// Beside zones, the folder holds tables and indexes (with a dot or a small first letter), and `posix` and `right`.
std::set<std::string, std::less<>> load_timezones() {
  namespace fs = std::filesystem;
  std::set<std::string, std::less<>> names{"UTC"};
  const fs::path root{"/usr/share/zoneinfo"};
  std::error_code failure;
  for (fs::recursive_directory_iterator i{root, failure}, end; !failure && i != end; i.increment(failure)) {
    auto name = i->path().lexically_relative(root).string();
    bool zone = name.front() >= 'A' && name.front() <= 'Z' && name.find('.') == std::string::npos;
    if (i->is_directory(failure)) {
      if (!zone)
        i.disable_recursion_pending();
    } else if (zone) {
      names.insert(std::move(name));
    }
  }
  return names;
}

} // namespace

void append_time(std::string& out, timestamp time) {
  using namespace std::chrono;
  time = std::clamp(time, first_time, last_time);
  auto day = floor<days>(time);
  year_month_day date{day};
  auto rest = static_cast<unsigned>((time - day).count());
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_digits(out, rest / 3'600'000, 2);
  out += ':';
  append_digits(out, rest / 60'000 % 60, 2);
  out += ':';
  append_digits(out, rest / 1'000 % 60, 2);
  out += '.';
  append_digits(out, rest % 1'000, 3);
  out += 'Z';
}

std::string format_time(timestamp time) {
  std::string text;
  append_time(text, time);
  return text;
}

std::optional<timestamp> parse_time(std::string_view text) {
  using namespace std::chrono;
  scanner scan{text};
  auto years = scan.take_digits(4);
  bool shaped = scan.take('-');
  auto months = scan.take_digits(2);
  shaped = shaped && scan.take('-');
  auto day_of_month = scan.take_digits(2);
  shaped = shaped && (scan.take('T') || scan.take('t'));
  auto hour = scan.take_digits(2);
  shaped = shaped && scan.take(':');
  auto minute = scan.take_digits(2);
  shaped = shaped && scan.take(':');
  auto second = scan.take_digits(2);
  if (!shaped || !years || !months || !day_of_month || !hour || !minute || !second)
    return std::nullopt;
  year_month_day date{year{*years}, month{static_cast<unsigned>(*months)}, day{static_cast<unsigned>(*day_of_month)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  timestamp time = sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second};
  if (scan.take('.')) {
    auto fraction = scan.take_run(9);
    if (fraction.empty())
      return std::nullopt;
    time += milliseconds{milliseconds_of(fraction)};
  }
  if (!scan.take('Z') && !scan.take('z')) {
    bool behind = scan.take('-');
    if (!behind && !scan.take('+'))
      return std::nullopt;
    auto offset_hours = scan.take_digits(2);
    bool colon = scan.take(':');
    auto offset_minutes = scan.take_digits(2);
    if (!offset_hours || !colon || !offset_minutes || *offset_hours > 23 || *offset_minutes > 59)
      return std::nullopt;
    auto offset = hours{*offset_hours} + minutes{*offset_minutes};
    time -= behind ? -offset : offset;
  }
  if (!scan.at_end() || time < first_time || time > last_time)
    return std::nullopt;
  return time;
}

std::string format_day(day_number day) {
  return format_time(timestamp{std::chrono::days{number_of(day)}}).substr(0, 10);
}

std::optional<day_number> parse_day(std::string_view text) {
  if (text.size() != 10)
    return std::nullopt;
  std::string midnight;
  midnight.append(text).append("T00:00:00Z");
  auto time = parse_time(midnight);
  return time ? std::optional{day_of(*time)} : std::nullopt;
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  using namespace std::chrono;
  constexpr milliseconds most = days{36'525};
  struct unit {
    char letter;
    bool of_time;
    milliseconds length;
  };
  constexpr unit units[] = {{'W', false, weeks{1}},
                            {'D', false, days{1}},
                            {'H', true, hours{1}},
                            {'M', true, minutes{1}},
                            {'S', true, seconds{1}}};
  scanner scan{text};
  if (!scan.take('P'))
    return std::nullopt;
  milliseconds total{0};
  std::size_t next = 0; // units come in this order, each at most once
  bool in_time = false;
  bool any = false;
  while (!scan.at_end()) {
    if (!in_time && scan.take('T')) {
      in_time = true;
      any = false;
      continue;
    }
    auto whole = scan.take_run(10);
    std::string_view fraction;
    if (scan.take('.')) {
      fraction = scan.take_run(9);
      if (fraction.empty())
        return std::nullopt;
    }
    if (whole.empty())
      return std::nullopt;
    auto found = std::find_if(std::begin(units) + next, std::end(units),
                              [&](const unit& each) { return each.of_time == in_time && scan.take(each.letter); });
    if (found == std::end(units) || (!fraction.empty() && found->letter != 'S'))
      return std::nullopt;
    std::int64_t count = 0;
    for (auto c : whole)
      count = count * 10 + (c - '0');
    if (count > most / found->length)
      return std::nullopt;
    total += count * found->length + milliseconds{milliseconds_of(fraction)};
    next = static_cast<std::size_t>(found - std::begin(units)) + 1;
    any = true;
  }
  if (!any || total > most)
    return std::nullopt;
  return total;
}

bool is_timezone(std::string_view name) {
  static const auto names = load_timezones();
  return names.contains(name);
}

} // namespace callboard::http::wire

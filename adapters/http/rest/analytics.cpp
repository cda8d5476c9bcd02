#include "adapters/http/rest/groups.hpp"
#include "adapters/http/wire/times.hpp"

// What was counted, day by day, for admins.

namespace callboard::http::rest {
namespace {

constexpr int default_days = 30;
constexpr int most_days = 366;
constexpr std::uint32_t most_rooms = 20;

day_number plus(day_number day, int days) {
  return day_number{number_of(day) + days};
}

/// `?from=&to=`; without them the last 30 days, today included.
caf::expected<get_analytics> read_range(const request_context& request) {
  std::vector<field_error> wrong;
  auto read = [&](const char* name) -> std::optional<day_number> {
    auto text = request.query(name);
    if (!text)
      return std::nullopt;
    auto day = wire::parse_day(*text);
    if (!day)
      wrong.push_back({std::string{"/"} + name, "format", "must be a day like 2026-05-01"});
    return day;
  };
  auto from = read("from"), to = read("to");
  if (!wrong.empty())
    return make_failure(errc::validation_failed, "The range is not one of days", std::move(wrong));
  get_analytics wanted;
  wanted.to = to ? *to : from && number_of(*from) > number_of(day_of(now())) ? *from : day_of(now());
  wanted.from = from ? *from : plus(wanted.to, 1 - default_days);
  wanted.rooms = most_rooms;
  if (number_of(wanted.from) > number_of(wanted.to))
    return make_failure(errc::validation_failed, "The range ends before it begins",
                        {{"/to", "out_of_range", "must not be before `from`"}});
  if (number_of(wanted.to) - number_of(wanted.from) >= most_days) {
    auto sentence = "must have at most " + std::to_string(most_days) + " days";
    return make_failure(errc::validation_failed, "The range is too long", {{"/from", "out_of_range", sentence}});
  }
  return wanted;
}

std::int64_t refused_logins(const day_figures& day) {
  std::int64_t sum = 0;
  for (auto& entry : figure_table)
    if (!entry.reason.empty())
      sum += day.figures[static_cast<std::size_t>(entry.number)];
  return sum;
}

void write_figures(wire::json_writer& json, const day_figures& day) {
  for (auto& entry : figure_table)
    if (!entry.name.empty())
      json.number(entry.name, day.figures[static_cast<std::size_t>(entry.number)]);
  json.number("logins_failed", refused_logins(day));
}

day_figures sum_of(const std::vector<day_figures>& days) {
  day_figures sum;
  for (auto& day : days)
    for (std::size_t i = 0; i < figure_count; ++i)
      sum.figures[i] += day.figures[i];
  return sum;
}

/// Every day of the range, also those on which nothing was counted.
void write_days(wire::json_writer& json, const get_analytics& range, const std::vector<day_figures>& days) {
  auto next = days.begin();
  for (auto day = range.from; number_of(day) <= number_of(range.to); day = plus(day, 1)) {
    day_figures shown;
    if (next != days.end() && next->day == day)
      shown = *next++;
    json.begin_object();
    json.text("day", wire::format_day(day));
    write_figures(json, shown);
    json.number("active_users", shown.active_users);
    json.end_object();
  }
}

void write_report(wire::json_writer& json, const get_analytics& range, const analytics_report& report) {
  auto totals = sum_of(report.days);
  json.begin_object();
  json.text("from", wire::format_day(range.from));
  json.text("to", wire::format_day(range.to));
  json.begin_object("totals");
  write_figures(json, totals);
  json.end_object();
  json.begin_object("logins_failed_by_reason");
  for (auto& entry : figure_table)
    if (!entry.reason.empty())
      json.number(entry.reason, totals.figures[static_cast<std::size_t>(entry.number)]);
  json.end_object();
  json.begin_array("days");
  write_days(json, range, report.days);
  json.end_array();
  json.begin_array("top_rooms");
  for (auto& room : report.rooms) {
    json.begin_object();
    json.number("room_id", number_of(room.room));
    if (room.name.empty())
      json.null("name");
    else
      json.text("name", room.name);
    json.number("messages", room.messages);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

answer show_analytics(request_context& request, const rest_options& options) {
  auto wanted = read_range(request);
  if (!wanted)
    co_return refuse(request, wanted.error());
  auto range = *wanted;
  auto report = co_await ask_store(request, options, range);
  if (!report)
    co_return refuse(request, report.error());
  co_return answer_json(200, [&](wire::json_writer& json) { write_report(json, *wanted, *report); });
}

} // namespace

void add_analytics_routes(router& routes, const shared_options& options) {
  add(routes, options, method::get, "/admin/analytics", permission::read_analytics, body_rule::none, show_analytics);
}

} // namespace callboard::http::rest

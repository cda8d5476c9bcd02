#include "bin/callboard-load/report.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

namespace callboard::load {

namespace {

std::string grouped(double value, int decimals) {
  char text[400]; // any double
  static_cast<void>(std::snprintf(text, sizeof text, "%.*f", decimals, value));
  std::string digits = text;
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = std::min(digits.find('.'), digits.size()); at > first + 3;)
    digits.insert(at -= 3, 1, ',');
  return digits;
}

} // namespace

void report::add(std::string key, double value, std::string unit, int decimals) {
  figures_.push_back({std::move(key), value, std::move(unit), decimals});
}

void report::add(std::string key, std::string value) {
  figures_.push_back({std::move(key), std::move(value), {}, 0});
}

void report::print_table(std::FILE* to) const {
  std::size_t widest = 0;
  for (const figure& each : figures_)
    widest = std::max(widest, each.key.size());
  for (const figure& each : figures_) {
    const auto* text = std::get_if<std::string>(&each.value);
    const std::string value = text != nullptr ? *text : grouped(std::get<double>(each.value), each.decimals);
    std::fprintf(to, "%-*s  %16s %s\n", static_cast<int>(widest), each.key.c_str(), value.c_str(), each.unit.c_str());
  }
}

void report::print_json(std::FILE* to) const {
  boost::json::object line;
  for (const figure& each : figures_) {
    if (const auto* text = std::get_if<std::string>(&each.value)) {
      line[each.key] = *text;
      continue;
    }
    const double value = std::get<double>(each.value);
    if (value == std::floor(value) && std::abs(value) < 1e15)
      line[each.key] = static_cast<std::int64_t>(value);
    else
      line[each.key] = value;
  }
  std::fprintf(to, "%s\n", boost::json::serialize(line).c_str());
}

} // namespace callboard::load

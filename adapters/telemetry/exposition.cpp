#include "adapters/telemetry/exposition.hpp"

#include <prometheus/text_serializer.h>

namespace callboard::telemetry {
namespace {

prometheus::ClientMetric with(const exposition::labels& names) {
  prometheus::ClientMetric metric;
  for (auto& [name, value] : names) {
    prometheus::ClientMetric::Label label;
    label.name = name;
    label.value = value;
    metric.label.push_back(std::move(label));
  }
  return metric;
}

} // namespace

prometheus::MetricFamily& exposition::begin(std::string name, std::string help, prometheus::MetricType type) {
  auto& family = families_.emplace_back();
  family.name = std::move(name);
  family.help = std::move(help);
  family.type = type;
  return family;
}

void exposition::count_by(std::string name, std::string help, const series<std::uint64_t>& all) {
  auto& family = begin(std::move(name), std::move(help), prometheus::MetricType::Counter);
  for (auto& [names, value] : all) {
    auto& metric = family.metric.emplace_back(with(names));
    metric.counter.value = static_cast<double>(value);
  }
}

void exposition::count_by_reason(std::string name, std::string help,
                                 const std::vector<std::pair<std::string, std::uint64_t>>& reasons) {
  series<std::uint64_t> all;
  for (auto& [reason, value] : reasons)
    all.push_back({{{"reason", reason}}, value});
  count_by(std::move(name), std::move(help), all);
}

void exposition::count_seconds(std::string name, std::string help, double seconds) {
  auto& family = begin(std::move(name), std::move(help), prometheus::MetricType::Counter);
  family.metric.emplace_back().counter.value = seconds;
}

void exposition::level_by(std::string name, std::string help, const series<double>& all) {
  auto& family = begin(std::move(name), std::move(help), prometheus::MetricType::Gauge);
  for (auto& [names, value] : all) {
    auto& metric = family.metric.emplace_back(with(names));
    metric.gauge.value = value;
  }
}

void exposition::begin_histogram(std::string name, std::string help) {
  begin(std::move(name), std::move(help), prometheus::MetricType::Histogram);
}

void exposition::add_histogram(const labels& names, const std::vector<bucket>& buckets, double sum) {
  auto& histogram = families_.back().metric.emplace_back(with(names)).histogram;
  std::uint64_t total = 0;
  for (auto& [bound, count] : buckets) {
    total += count;
    prometheus::ClientMetric::Bucket made;
    made.cumulative_count = total;
    made.upper_bound = bound;
    histogram.bucket.push_back(made);
  }
  histogram.sample_count = total;
  histogram.sample_sum = sum;
}

std::string exposition::text() const {
  return prometheus::TextSerializer{}.Serialize(families_);
}

} // namespace callboard::telemetry

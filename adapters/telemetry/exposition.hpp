#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

#include "messages/probe.hpp"

namespace callboard::telemetry {

/// Builds the families of metrics that one scrape answers. Names and units are those of the Prometheus conventions.
class exposition {
public:
  using labels = std::vector<std::pair<std::string, std::string>>;
  template <class Value>
  using series = std::vector<std::pair<labels, Value>>;

  void count(std::string name, std::string help, std::uint64_t value) {
    count_by(std::move(name), std::move(help), {{{}, value}});
  }
  void count_by(std::string name, std::string help, const series<std::uint64_t>& all);
  /// A counter with a label `reason`.
  void count_by_reason(std::string name, std::string help,
                       const std::vector<std::pair<std::string, std::uint64_t>>& reasons);
  void count_seconds(std::string name, std::string help, double seconds);

  void level(std::string name, std::string help, double value) {
    level_by(std::move(name), std::move(help), {{{}, value}});
  }
  void level_by(std::string name, std::string help, const series<double>& all);

  /// `unit`: what one of the source's is in that of the metric.
  template <std::size_t Buckets>
  void histogram(std::string name, std::string help, const power_histogram<Buckets>& source, double unit) {
    std::vector<bucket> buckets;
    for (std::size_t i = 0; i + 1 < Buckets; ++i)
      buckets.push_back({static_cast<double>(std::uint64_t{1} << i) * unit, source.count(i)});
    buckets.push_back({std::numeric_limits<double>::infinity(), source.count(Buckets - 1)});
    begin_histogram(std::move(name), std::move(help));
    add_histogram({}, buckets, static_cast<double>(source.sum()) * unit);
  }

  /// A histogram with labels: first the family, then each of its series. The counts of buckets are not cumulative.
  struct bucket {
    double bound = 0;
    std::uint64_t count = 0;
  };
  void begin_histogram(std::string name, std::string help);
  void add_histogram(const labels& names, const std::vector<bucket>& buckets, double sum);

  /// The text exposition format.
  std::string text() const;

private:
  prometheus::MetricFamily& begin(std::string name, std::string help, prometheus::MetricType type);

  std::vector<prometheus::MetricFamily> families_;
};

} // namespace callboard::telemetry

#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/http/edge.hpp"
#include "messages/probe.hpp"

namespace callboard::telemetry {

/// Where the figures come from that are not in the node's probes.
struct metric_sources {
  /// Systems outside that the node uses, by the name in the label `dependency`.
  std::vector<std::pair<std::string, const dependency_probe*>> dependencies;
  std::string data_directory; // whose disk is watched; may be empty
  std::string version;
  std::string commit; // that it was built from
  std::function<http::edge_gauges()> edge;
  std::function<std::uint64_t()> dropped_log_lines;
  std::function<void()> refresh; // brings those levels up to date that nobody tells
};

/// The figures of `/metrics` (protocol.md, section 4), put together when somebody asks. Nobody who counts ever waits
/// for a scrape, nor a scrape for them: all figures are atomics that are read one after the other.
class metrics {
public:
  explicit metrics(std::shared_ptr<node_probe> probe, metric_sources sources);

  /// The text exposition format of Prometheus.
  std::string expose() const;

private:
  std::shared_ptr<node_probe> probe_;
  metric_sources sources_;
};

/// The most that waited lately in a mailbox of each kind.
std::array<std::uint64_t, mailbox_kinds> mailbox_depths(node_probe& probe);

} // namespace callboard::telemetry

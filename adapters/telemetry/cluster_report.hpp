#pragma once

#include <string>

#include "adapters/telemetry/metrics.hpp"

namespace callboard::telemetry {

/// The answer of `GET /admin/cluster`: this node as it is at present, as a JSON object with a list of nodes. It is put
/// together from the same figures as `/metrics`. With the engine `single` there is one node.
std::string report_cluster(node_probe& probe, const metric_sources& sources, const std::string& node);

} // namespace callboard::telemetry

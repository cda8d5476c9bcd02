#include "adapters/telemetry/cluster_report.hpp"

#include <algorithm>
#include <chrono>

#include <boost/json.hpp>

#include "adapters/telemetry/process.hpp"

namespace callboard::telemetry {
namespace {

namespace json = boost::json;

json::array partitions_of(const node_probe& probe) {
  json::array all;
  for (std::size_t i = 0; i < probe.epochs.size(); ++i)
    if (auto epoch = probe.epochs[i].value(); epoch != 0)
      all.push_back({{"id", i}, {"epoch", epoch}});
  return all;
}

json::object mailboxes_of(node_probe& probe) {
  json::object all;
  auto depths = mailbox_depths(probe);
  for (std::size_t i = 0; i < depths.size(); ++i)
    all[mailbox_names[i]] = depths[i];
  return all;
}

json::array dependencies_of(const metric_sources& sources) {
  json::array all;
  for (auto& [name, probe] : sources.dependencies)
    all.push_back({{"name", name},
                   {"up", probe->connected.value() != 0},
                   {"ok", probe->ok.value()},
                   {"refused", probe->refused.value()},
                   {"timeout", probe->timeout.value()},
                   {"lost", probe->lost.value()},
                   {"away", probe->away.value()},
                   {"busy", probe->busy.value()}});
  return all;
}

std::int64_t seconds_since_epoch() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

json::object report_node(node_probe& probe, const metric_sources& sources, const std::string& name) {
  auto process = read_process();
  auto edge = sources.edge ? sources.edge() : http::edge_gauges{};
  return {{"name", name},
          {"version", sources.version},
          {"uptime_seconds",
           std::max<std::int64_t>(seconds_since_epoch() - static_cast<std::int64_t>(process.start_seconds), 0)},
          {"partitions", partitions_of(probe)},
          {"handovers", {{"taken", probe.partitions_taken.value()}, {"lost", probe.partitions_lost.value()}}},
          {"actors",
           {{"rooms", probe.rooms.value()},
            {"users", probe.users.value()},
            {"sessions", probe.sessions.value()},
            {"mirrors", probe.mirrors.value()},
            {"reminders", probe.reminders.value()}}},
          {"mailboxes", mailboxes_of(probe)},
          {"connections",
           {{"http", edge.http_connections},
            {"websocket", edge.websocket_connections},
            {"subscriptions", probe.subscriptions.value()},
            {"outgoing_bytes", edge.outgoing_bytes}}},
          {"dependencies", dependencies_of(sources)},
          {"outbox", {{"rows", probe.outbox_rows.value()}, {"oldest_age_ms", probe.outbox_oldest_age_ms.value()}}},
          {"hasher", {{"busy", probe.hasher.busy.value()}, {"waiting", probe.hasher.waiting.value()}}},
          {"totals",
           {{"messages_committed", probe.messages_committed.value()},
            {"deliveries", probe.deliveries.value()},
            {"events_published", probe.events_published.value()},
            {"reminders_fired", probe.reminders_fired.value()}}},
          {"process",
           {{"cpu_seconds", process.cpu_seconds},
            {"resident_bytes", process.resident_bytes},
            {"open_descriptors", process.open_descriptors},
            {"most_descriptors", process.most_descriptors}}}};
}

} // namespace

std::string report_cluster(node_probe& probe, const metric_sources& sources, const std::string& node) {
  if (sources.refresh)
    sources.refresh();
  json::object report{{"nodes", json::array{report_node(probe, sources, node)}}};
  return json::serialize(report);
}

} // namespace callboard::telemetry

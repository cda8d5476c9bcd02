#include "adapters/telemetry/metrics.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <limits>

#include "adapters/telemetry/exposition.hpp"
#include "adapters/telemetry/process.hpp"

namespace callboard::telemetry {
namespace {

double value(const gauge& source) {
  return static_cast<double>(source.value());
}

void collect_accounts(exposition& add, const node_probe& probe) {
  add.count("auth_logins_success_total", "Log-ins that succeeded", probe.logins_ok.value());
  add.count_by_reason("auth_logins_failed_total", "Log-ins that failed",
                      {{"invalid_credentials", probe.logins_bad_credentials.value()},
                       {"locked", probe.logins_locked.value()},
                       {"disabled", probe.logins_disabled.value()},
                       {"overloaded", probe.logins_overloaded.value()}});
  add.count("auth_registers_success_total", "Registrations that succeeded", probe.registers_ok.value());
  add.count_by_reason("auth_registers_failed_total", "Registrations that failed",
                      {{"invalid", probe.registers_invalid.value()},
                       {"conflict", probe.registers_conflict.value()},
                       {"unavailable", probe.registers_failed.value()}});
  add.count("auth_refresh_success_total", "Refreshes that succeeded", probe.refreshes_ok.value());
  add.count_by_reason("auth_refresh_failed_total", "Refreshes that failed",
                      {{"invalid", probe.refreshes_invalid.value()}, {"reused", probe.refreshes_reused.value()}});
}

void collect_hasher(exposition& add, const hasher_probe& hasher) {
  auto of_kind = [](std::string kind, const counter& source) {
    return std::pair{exposition::labels{{"kind", std::move(kind)}}, source.value()};
  };
  add.count_by("callboard_password_verifications_total",
               "Passwords verified against the hash of an account, or a made-up one of the same cost",
               {of_kind("real", hasher.real), of_kind("dummy", hasher.dummy)});
  add.count("callboard_password_hashes_total", "Password hashes made", hasher.made.value());
  add.count_by_reason("callboard_hasher_refused_total", "Requests that were refused before any hashing",
                      {{"full", hasher.full.value()},
                       {"crowded", hasher.crowded.value()},
                       {"displaced", hasher.displaced.value()},
                       {"hopeless", hasher.hopeless.value()},
                       {"late", hasher.late.value()}});
  add.level("callboard_hasher_queue", "Requests that wait for a hashing thread", value(hasher.waiting));
  add.level("callboard_hasher_busy", "Threads that hash", value(hasher.busy));
}

void collect_chat(exposition& add, const node_probe& probe) {
  add.level("callboard_rooms", "Room actors alive", value(probe.rooms));
  add.level("callboard_users", "User actors alive", value(probe.users));
  add.level("callboard_reminders", "Reminder actors alive", value(probe.reminders));
  add.level("callboard_sessions", "Session actors alive", value(probe.sessions));
  add.level("callboard_mirrors", "Rooms that this node watches", value(probe.mirrors));
  add.level("callboard_subscriptions", "Subscriptions of connections to rooms", value(probe.subscriptions));
  add.level("callboard_partitions", "Partitions owned", value(probe.partitions));
  add.count("callboard_messages_committed_total", "Messages committed", probe.messages_committed.value());
  add.level("callboard_messages_under_way", "Messages that have come and are not answered",
            value(probe.messages_under_way));
  add.level("callboard_messages_under_way_limit", "How many may be under way now", value(probe.messages_limit));
  add.count("callboard_messages_refused_total", "Messages refused at once because as many are under way as may be",
            probe.messages_refused.value());
  add.count("callboard_deliveries_total", "Events handed to connections", probe.deliveries.value());
  add.count("callboard_passivated_total", "Rooms and users that were let go when idle", probe.passivated.value());
  add.count("callboard_signing_key_failures_total", "Times that the store's signing keys could not be read or used",
            probe.key_failures.value());
  add.count("callboard_reminders_fired_total", "Reminders fired", probe.reminders_fired.value());
  add.histogram("callboard_delivery_seconds", "From an event's transaction until connections are handed it",
                probe.delivery_ms, 1e-3);
  add.histogram("callboard_commit_operations", "Operations of a commit", probe.batch_operations, 1);
  add.histogram("callboard_commit_seconds", "Duration of a commit", probe.commit_microseconds, 1e-6);
  add.histogram("callboard_reminder_lateness_seconds", "How late reminders fired", probe.reminder_lateness_ms, 1e-3);
}

void collect_events(exposition& add, const node_probe& probe) {
  add.count("callboard_events_published_total", "Events that the log has taken", probe.events_published.value());
  add.count("callboard_events_dead_total", "Events that the log refused for their own sake", probe.events_dead.value());
  add.count("callboard_publish_failures_total", "Batches that the log did not take, and that are tried again",
            probe.publish_failures.value());
  add.histogram("callboard_publish_seconds", "Duration of publishing a batch", probe.publish_microseconds, 1e-6);
  add.level("callboard_outbox_rows", "Events that wait to be published", value(probe.outbox_rows));
  add.level("callboard_outbox_oldest_age_seconds", "How long the first of them has waited",
            static_cast<double>(probe.outbox_oldest_age_ms.value()) / 1'000);
  add.count("callboard_outbox_refusals_total", "Writes refused because the outbox is full",
            probe.outbox_refusals.value());
}

void collect_analytics(exposition& add, const node_probe& probe) {
  add.count("callboard_analytics_events_total", "Events that were counted", probe.analytics_counted.value());
  add.count("callboard_analytics_duplicates_total", "Events that came again and were not counted again",
            probe.analytics_repeated.value());
  add.count("callboard_analytics_failures_total", "Batches that could not be counted, and are tried again",
            probe.analytics_failures.value());
  add.histogram("callboard_analytics_lag_seconds", "How old the last event of a batch was when it was counted",
                probe.analytics_lag_ms, 1e-3);
}

void collect_dependencies(exposition& add,
                          const std::vector<std::pair<std::string, const dependency_probe*>>& dependencies) {
  exposition::series<std::uint64_t> requests;
  exposition::series<double> up;
  for (auto& [name, probe] : dependencies) {
    auto of = [&, &who = name](const char* outcome, const counter& source) {
      requests.push_back({{{"dependency", who}, {"outcome", outcome}}, source.value()});
    };
    of("ok", probe->ok);
    of("refused", probe->refused);
    of("timeout", probe->timeout);
    of("lost", probe->lost);
    of("away", probe->away);
    of("busy", probe->busy);
    up.push_back({{{"dependency", name}}, value(probe->connected)});
  }
  add.count_by("callboard_dependency_requests_total", "Requests to a system outside, by how they ended", requests);
  add.level_by("callboard_dependency_up", "1 while the system is reached", up);
}

void collect_cache(exposition& add, const node_probe& probe) {
  auto of_cache = [](std::string cache, std::string result, const counter& source) {
    return std::pair{exposition::labels{{"cache", std::move(cache)}, {"result", std::move(result)}}, source.value()};
  };
  add.count_by("callboard_cache_lookups_total", "Look-ups of profiles and names, by whether the cache had them",
               {of_cache("profiles", "hit", probe.profiles.hits), of_cache("profiles", "miss", probe.profiles.misses),
                of_cache("directory", "hit", probe.directory.hits),
                of_cache("directory", "miss", probe.directory.misses)});
}

void collect_actors(exposition& add, node_probe& probe) {
  exposition::series<double> depths;
  auto found = mailbox_depths(probe);
  for (std::size_t i = 0; i < found.size(); ++i)
    depths.push_back({{{"actor", std::string{mailbox_names[i]}}}, static_cast<double>(found[i])});
  add.level_by("callboard_mailbox_depth", "The most that waited lately in the mailbox of an actor of this kind",
               depths);
  exposition::series<double> epochs;
  for (std::size_t i = 0; i < probe.epochs.size(); ++i)
    if (auto epoch = probe.epochs[i].value(); epoch != 0)
      epochs.push_back({{{"partition", std::to_string(i)}}, static_cast<double>(epoch)});
  add.level_by("callboard_partition_epoch", "The epoch of each partition that this node owns", epochs);
  add.count_by("callboard_handovers_total", "Partitions that this node has taken over, or lost to another one",
               {{{{"direction", "taken"}}, probe.partitions_taken.value()},
                {{{"direction", "lost"}}, probe.partitions_lost.value()}});
}

void collect_requests(exposition& add, const std::vector<http::route_figures>& routes) {
  exposition::series<std::uint64_t> counts;
  for (auto& each : routes)
    for (auto& [status, count] : each.by_status)
      counts.push_back({{{"method", std::string{http::to_string(each.method)}},
                         {"path", each.pattern},
                         {"status", std::to_string(status)}},
                        count});
  add.count_by("http_requests_total", "Requests answered", counts);
  add.begin_histogram("http_request_duration_seconds", "From a request's header to its answer");
  for (auto& each : routes) {
    std::vector<exposition::bucket> buckets;
    for (std::size_t i = 0; i < each.durations.size(); ++i)
      buckets.push_back(
          {i < http::duration_bounds.size() ? http::duration_bounds[i] : std::numeric_limits<double>::infinity(),
           each.durations[i]});
    add.add_histogram({{"method", std::string{http::to_string(each.method)}}, {"path", each.pattern}}, buckets,
                      each.seconds);
  }
}

void collect_traces(exposition& add, const node_probe& probe) {
  auto of = [](std::string outcome, const counter& source) {
    return std::pair{exposition::labels{{"outcome", std::move(outcome)}}, source.value()};
  };
  add.count_by(
      "callboard_trace_spans_total", "Spans of traces, by what became of them",
      {of("exported", probe.spans_exported), of("dropped", probe.spans_dropped), of("failed", probe.spans_failed)});
}

void collect_machine(exposition& add, const metric_sources& sources) {
  auto process = read_process();
  add.count_seconds("process_cpu_seconds_total", "Processor time, of users and of the system", process.cpu_seconds);
  add.level("process_start_time_seconds", "When the process began, since the epoch", process.start_seconds);
  add.level("process_resident_memory_bytes", "Memory in use", static_cast<double>(process.resident_bytes));
  add.level("process_virtual_memory_bytes", "Addresses in use", static_cast<double>(process.virtual_bytes));
  add.level("process_threads", "Threads", static_cast<double>(process.threads));
  add.level("process_open_fds", "Open file descriptors", static_cast<double>(process.open_descriptors));
  add.level("process_max_fds", "Bound of open file descriptors", static_cast<double>(process.most_descriptors));
  add.count("callboard_log_lines_dropped_total", "Log lines that were dropped because more came than can be written",
            sources.dropped_log_lines ? sources.dropped_log_lines() : 0);
  add.level_by("callboard_build_info", "1, with what was built",
               {{{{"version", sources.version}, {"commit", sources.commit}}, 1}});
  std::error_code failure;
  auto disk = std::filesystem::space(sources.data_directory, failure);
  if (sources.data_directory.empty() || failure)
    return;
  add.level("callboard_disk_free_bytes", "Free on the disk of the data directory", static_cast<double>(disk.available));
  add.level("callboard_disk_size_bytes", "Size of the disk of the data directory", static_cast<double>(disk.capacity));
}

void collect_edge(exposition& add, const http::edge_gauges& edge) {
  add.level("callboard_http_connections", "HTTP connections", static_cast<double>(edge.http_connections));
  add.level("callboard_connections", "WebSocket connections", static_cast<double>(edge.websocket_connections));
  add.level("callboard_outgoing_bytes", "Bytes queued for WebSockets", static_cast<double>(edge.outgoing_bytes));
  add.count("callboard_slow_clients_closed_total", "Connections closed because they read too slowly", edge.slow_closed);
  add.count("callboard_frames_received_total", "WebSocket frames received", edge.frames_in);
  add.count("callboard_frames_sent_total", "WebSocket frames sent", edge.frames_out);
  add.count("callboard_socket_writes_total", "System calls that carried them", edge.writes);
}

} // namespace

std::array<std::uint64_t, mailbox_kinds> mailbox_depths(node_probe& probe) {
  auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch());
  std::array<std::uint64_t, mailbox_kinds> depths{};
  for (std::size_t i = 0; i < depths.size(); ++i)
    depths[i] = probe.mailboxes[i].read(now.count());
  return depths;
}

metrics::metrics(std::shared_ptr<node_probe> probe, metric_sources sources)
    : probe_(std::move(probe)), sources_(std::move(sources)) {}

std::string metrics::expose() const {
  if (sources_.refresh)
    sources_.refresh();
  exposition add;
  if (sources_.edge) {
    auto edge = sources_.edge();
    collect_requests(add, edge.requests);
    collect_edge(add, edge);
  }
  collect_accounts(add, *probe_);
  collect_hasher(add, probe_->hasher);
  collect_chat(add, *probe_);
  collect_actors(add, *probe_);
  collect_dependencies(add, sources_.dependencies);
  collect_cache(add, *probe_);
  collect_events(add, *probe_);
  collect_analytics(add, *probe_);
  collect_traces(add, *probe_);
  collect_machine(add, sources_);
  return add.text();
}

} // namespace callboard::telemetry

#include "adapters/telemetry/metrics.hpp"

#include <utility>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/text_serializer.h>

namespace callboard::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

const prometheus::Histogram::BucketBoundaries duration_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                               0.1,    0.25,  0.5,    1,     2.5,  5,     10};

class family_builder {
public:
  explicit family_builder(std::vector<MetricFamily>& families) : families_(families) {}

  void count(std::string name, std::string help, std::uint64_t value) {
    begin(std::move(name), std::move(help), MetricType::Counter);
    add_count({}, value);
  }
  void level(std::string name, std::string help, std::int64_t value) {
    begin(std::move(name), std::move(help), MetricType::Gauge);
    ClientMetric metric;
    metric.gauge.value = static_cast<double>(value);
    families_.back().metric.push_back(std::move(metric));
  }
  void level_in_seconds(std::string name, std::string help, std::int64_t milliseconds) {
    level(std::move(name), std::move(help), milliseconds);
    families_.back().metric.back().gauge.value /= 1'000;
  }
  /// A counter with a label `reason`.
  void count_by_reason(std::string name, std::string help,
                       const std::vector<std::pair<std::string, std::uint64_t>>& reasons) {
    begin(std::move(name), std::move(help), MetricType::Counter);
    for (auto& [reason, value] : reasons)
      add_count(reason, value);
  }
  using labels = std::vector<std::pair<std::string, std::string>>;
  void count_by(std::string name, std::string help, const std::vector<std::pair<labels, std::uint64_t>>& series) {
    begin(std::move(name), std::move(help), MetricType::Counter);
    for (auto& [names, value] : series) {
      add_count({}, value);
      for (auto& [label, text] : names) {
        ClientMetric::Label each;
        each.name = label;
        each.value = text;
        families_.back().metric.back().label.push_back(std::move(each));
      }
    }
  }
  template <std::size_t Buckets>
  void histogram(std::string name, std::string help, const power_histogram<Buckets>& source, double unit) {
    begin(std::move(name), std::move(help), MetricType::Histogram);
    ClientMetric metric;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < Buckets; ++i) {
      total += source.count(i);
      ClientMetric::Bucket bucket;
      bucket.cumulative_count = total;
      bucket.upper_bound =
          i + 1 < Buckets ? static_cast<double>(std::uint64_t{1} << i) * unit : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back(bucket);
    }
    metric.histogram.sample_count = total;
    metric.histogram.sample_sum = static_cast<double>(source.sum()) * unit;
    families_.back().metric.push_back(std::move(metric));
  }

private:
  void begin(std::string name, std::string help, MetricType type) {
    MetricFamily family;
    family.name = std::move(name);
    family.help = std::move(help);
    family.type = type;
    families_.push_back(std::move(family));
  }
  void add_count(const std::string& reason, std::uint64_t value) {
    ClientMetric metric;
    if (!reason.empty()) {
      ClientMetric::Label label;
      label.name = "reason";
      label.value = reason;
      metric.label.push_back(std::move(label));
    }
    metric.counter.value = static_cast<double>(value);
    families_.back().metric.push_back(std::move(metric));
  }

  std::vector<MetricFamily>& families_;
};

void collect_accounts(family_builder& add, const node_probe& probe) {
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

void collect_hasher(family_builder& add, const hasher_probe& hasher) {
  auto of_kind = [](std::string kind, const counter& source) {
    return std::pair{family_builder::labels{{"kind", std::move(kind)}}, source.value()};
  };
  add.count_by("callboard_password_verifications_total",
               "Passwords verified against the hash of an account, or a made-up one of the same cost",
               {of_kind("real", hasher.real), of_kind("dummy", hasher.dummy)});
  add.count("callboard_password_hashes_total", "Password hashes made", hasher.made.value());
  add.count_by_reason("callboard_hasher_refused_total", "Requests that were refused before any hashing",
                      {{"full", hasher.full.value()},
                       {"crowded", hasher.crowded.value()},
                       {"displaced", hasher.displaced.value()},
                       {"late", hasher.late.value()}});
  add.level("callboard_hasher_queue", "Requests that wait for a hashing thread", hasher.waiting.value());
  add.level("callboard_hasher_busy", "Threads that hash", hasher.busy.value());
}

void collect_chat(family_builder& add, const node_probe& probe) {
  add.level("callboard_rooms", "Room actors alive", probe.rooms.value());
  add.level("callboard_users", "User actors alive", probe.users.value());
  add.level("callboard_reminders", "Reminder actors alive", probe.reminders.value());
  add.level("callboard_sessions", "Session actors alive", probe.sessions.value());
  add.level("callboard_mirrors", "Rooms that this node watches", probe.mirrors.value());
  add.level("callboard_subscriptions", "Subscriptions of connections to rooms", probe.subscriptions.value());
  add.level("callboard_partitions", "Partitions owned", probe.partitions.value());
  add.count("callboard_messages_committed_total", "Messages committed", probe.messages_committed.value());
  add.count("callboard_deliveries_total", "Events handed to connections", probe.deliveries.value());
  add.count("callboard_passivated_total", "Rooms and users that were let go when idle", probe.passivated.value());
  add.count("callboard_signing_key_failures_total", "Times that the store's signing keys could not be read or used",
            probe.key_failures.value());
  add.count("callboard_reminders_fired_total", "Reminders fired", probe.reminders_fired.value());
  add.histogram("callboard_commit_operations", "Operations of a commit", probe.batch_operations, 1);
  add.histogram("callboard_commit_seconds", "Duration of a commit", probe.commit_microseconds, 1e-6);
  add.histogram("callboard_reminder_lateness_seconds", "How late reminders fired", probe.reminder_lateness_ms, 1e-3);
}

void collect_events(family_builder& add, const node_probe& probe) {
  add.count("callboard_events_published_total", "Events that the log has taken", probe.events_published.value());
  add.count("callboard_events_dead_total", "Events that the log refused for their own sake", probe.events_dead.value());
  add.count("callboard_publish_failures_total", "Batches that the log did not take, and that are tried again",
            probe.publish_failures.value());
  add.histogram("callboard_publish_seconds", "Duration of publishing a batch", probe.publish_microseconds, 1e-6);
  add.level("callboard_outbox_rows", "Events that wait to be published", probe.outbox_rows.value());
  add.level_in_seconds("callboard_outbox_oldest_age_seconds", "How long the first of them has waited",
                       probe.outbox_oldest_age_ms.value());
  add.count("callboard_outbox_refusals_total", "Writes refused because the outbox is full",
            probe.outbox_refusals.value());
}

void collect_analytics(family_builder& add, const node_probe& probe) {
  add.count("callboard_analytics_events_total", "Events that were counted", probe.analytics_counted.value());
  add.count("callboard_analytics_duplicates_total", "Events that came again and were not counted again",
            probe.analytics_repeated.value());
  add.count("callboard_analytics_failures_total", "Batches that could not be counted, and are tried again",
            probe.analytics_failures.value());
  add.histogram("callboard_analytics_lag_seconds", "How old the last event of a batch was when it was counted",
                probe.analytics_lag_ms, 1e-3);
}

void collect_cache(family_builder& add, const node_probe& probe) {
  auto of_redis = [](std::string outcome, const counter& source) {
    return std::pair{family_builder::labels{{"dependency", "redis"}, {"outcome", std::move(outcome)}}, source.value()};
  };
  auto& redis = probe.redis;
  add.count_by("callboard_dependency_requests_total", "Requests to a system outside, by how they ended",
               {of_redis("ok", redis.ok), of_redis("refused", redis.refused), of_redis("timeout", redis.timeout),
                of_redis("lost", redis.lost), of_redis("away", redis.away), of_redis("busy", redis.busy)});
  add.level("callboard_redis_connected", "1 while Redis is reached", redis.connected.value());
  auto of_cache = [](std::string cache, std::string result, const counter& source) {
    return std::pair{family_builder::labels{{"cache", std::move(cache)}, {"result", std::move(result)}},
                     source.value()};
  };
  add.count_by("callboard_cache_lookups_total", "Look-ups of profiles and names, by whether the cache had them",
               {of_cache("profiles", "hit", probe.profiles.hits), of_cache("profiles", "miss", probe.profiles.misses),
                of_cache("directory", "hit", probe.directory.hits),
                of_cache("directory", "miss", probe.directory.misses)});
}

void collect_edge(family_builder& add, const http::edge_gauges& edge) {
  add.level("callboard_http_connections", "HTTP connections", static_cast<std::int64_t>(edge.http_connections));
  add.level("callboard_connections", "WebSocket connections", static_cast<std::int64_t>(edge.websocket_connections));
  add.level("callboard_outgoing_bytes", "Bytes queued for WebSockets", static_cast<std::int64_t>(edge.outgoing_bytes));
  add.count("callboard_slow_clients_closed_total", "Connections closed because they read too slowly", edge.slow_closed);
  add.count("callboard_frames_received_total", "WebSocket frames received", edge.frames_in);
  add.count("callboard_frames_sent_total", "WebSocket frames sent", edge.frames_out);
  add.count("callboard_socket_writes_total", "System calls that carried them", edge.writes);
}

} // namespace

metrics::metrics(std::shared_ptr<const node_probe> probe)
    : probe_(std::move(probe)),
      requests_(prometheus::BuildCounter().Name("http_requests_total").Help("Requests answered").Register(registry_)),
      durations_(prometheus::BuildHistogram()
                     .Name("http_request_duration_seconds")
                     .Help("From a request's header to its answer")
                     .Register(registry_)) {}

void metrics::on_request(http::method verb, std::string_view pattern, unsigned status, double seconds) {
  request_series found;
  {
    std::lock_guard lock{mutex_};
    auto& series = series_[{verb, std::string{pattern}, status}];
    if (series.requests == nullptr) {
      std::string method{http::to_string(verb)}, path{pattern};
      series.requests = &requests_.Add({{"method", method}, {"path", path}, {"status", std::to_string(status)}});
      series.duration = &durations_.Add({{"method", method}, {"path", path}}, duration_buckets);
    }
    found = series;
  }
  found.requests->Increment();
  found.duration->Observe(seconds);
}

std::string metrics::expose() {
  auto families = registry_.Collect();
  family_builder add{families};
  collect_accounts(add, *probe_);
  collect_hasher(add, probe_->hasher);
  collect_chat(add, *probe_);
  collect_cache(add, *probe_);
  collect_events(add, *probe_);
  collect_analytics(add, *probe_);
  if (edge_)
    collect_edge(add, edge_());
  return prometheus::TextSerializer{}.Serialize(families);
}

} // namespace callboard::telemetry

#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include "actors/growth_watch.hpp"
#include "adapters/http/edge.hpp"
#include "adapters/memory/event_log.hpp"
#include "adapters/sql/store.hpp"
#include "adapters/telemetry/log.hpp"
#include "adapters/telemetry/metrics.hpp"
#include "adapters/telemetry/trace_exporter.hpp"
#include "bin/callboard/configs.hpp"
#include "bin/callboard/lock_news.hpp"
#include "bin/callboard/node.hpp"
#include "bin/callboard/node_certificate.hpp"
#include "bin/callboard/ordered_stop.hpp"
#include "bin/callboard/secrets.hpp"
#include "bin/callboard/shared_cache.hpp"
#include "bin/callboard/signing_keys.hpp"
#include "messages/messages.hpp"

namespace callboard {

/// What a node is made of. The actors start in the order in which they stand here; `add_steps` gives the one in which
/// they end.
struct node::parts {
  parts(settings given, std::function<void()> when_failed)
      : options(std::move(given)), failed(std::move(when_failed)), actor_config(options) {}

  settings options;
  std::function<void()> failed;
  node_actor_config actor_config;
  std::shared_ptr<node_probe> probe = std::make_shared<node_probe>();
  std::shared_ptr<telemetry::log> log;
  std::shared_ptr<lock_news> news = std::make_shared<lock_news>();
  std::shared_ptr<telemetry::trace_exporter> traces; // if there is a collector
  tracer_ptr tracing;
  std::shared_ptr<sql::server_store> store;
  std::unique_ptr<caf::actor_system> system;
  telemetry::metric_sources sources;
  std::shared_ptr<telemetry::metrics> metrics;
  std::unique_ptr<http::edge> edge;
  std::unique_ptr<node_certificate> certificate;
  bool is_stopped = false;

  // In the order in which they start; they end in the order that `stop` gives.
  write_connection_actor connection;
  log_writer_actor writer;
  write_connection_actor books; // the bookkeeper's connection, if it has one of its own
  log_writer_actor bookkeeper;
  store_actor readers;
  shared_cache cache;
  store_actor profiles;             // the readers, with the cache before them
  log_writer_actor account_changes; // the writer, as those see it who change accounts
  revocation_watch_actor revocation_watch;
  key_watch_actor key_watch;
  hasher_actor hasher;
  mailer_actor mailer;
  notifier_actor notifier;
  event_log_actor event_log;       // of consumers in process
  event_log_actor broker;          // Kafka, if there is one
  event_source_actor event_source; // what consumers that keep their own positions read: Kafka, or the embedded log
  outbox_watch_actor watch;
  growth_watch_actor growth; // if there is a broker, whose readers do not wait for the relays' own looks
  std::shared_ptr<std::atomic<bool>> stuck = std::make_shared<std::atomic<bool>>(false);
  placement_actor placement;
  event_consumer_actor feed;
  mirror_registry_actor mirrors;
  auth_actor auth;
  caf::actor vital;                                                                   // watches the others
  std::shared_ptr<std::promise<void>> owned = std::make_shared<std::promise<void>>(); // all partitions, the first time

  void start_tracing();
  void start_actors();
  void start_bookkeeper();
  void start_event_log(std::shared_ptr<const memory::event_consumers> consumers);
  start_failure start_edge(const loaded_keys& keys, const secrets& known);
  telemetry::metric_sources sources_of_metrics();
  void watch_parts();

  /// Adds the steps of a stop after those of the edge, dependencies last.
  void add_steps(ordered_stop& steps);
  /// Ends actors, each after the one before, and lets go of them.
  template <class... Actors>
  void end(Actors&... each) {
    (end_one(each), ...);
  }

private:
  template <class Actor>
  void end_one(Actor& each) {
    if (each)
      end_and_wait(caf::actor_cast<caf::actor>(each));
    each = nullptr;
  }
  void end_and_wait(const caf::actor& each);
};

} // namespace callboard

#include <algorithm>
#include <utility>

#include "actors/account_writer.hpp"
#include "actors/log_writer.hpp"
#include "actors/notifier.hpp"
#include "actors/outbox_watch.hpp"
#include "actors/personal_feed.hpp"
#include "actors/placement.hpp"
#include "actors/profile_cache.hpp"
#include "adapters/kafka/event_producer.hpp"
#include "adapters/kafka/event_reader.hpp"
#include "adapters/memory/mail_catcher.hpp"
#include "adapters/smtp/mailer.hpp"
#include "bin/callboard/node_parts.hpp"
#include "bin/callboard/versions.hpp"
#include "bin/callboard/vital_parts.hpp"

// The actors behind the edge, and what is told of them.

namespace callboard {

void node::parts::start_tracing() {
  if (!options.trace_endpoint.empty()) {
    auto exporting = trace_settings(options, probe);
    exporting.report = [lines = log->of(telemetry::log_component::node)](
                           http::severity level, const std::string& sentence) { lines->on_event(level, sentence, {}); };
    traces = std::make_shared<telemetry::trace_exporter>(std::move(exporting));
  }
  tracing = std::make_shared<const tracer>(traces, options.trace_sample);
}

void node::parts::start_actors() {
  if (!options.database_url.empty())
    store->count_requests({probe, &probe->postgres});
  auto owner = std::make_shared<placement_actor>(); // known when the placement runs
  connection = store->spawn_writer(*system);
  readers = store->spawn_reader_pool(*system);
  auto writing = log_writer_settings(options, probe, tracing);
  auto wake_relay = [owner](partition_id partition) {
    if (*owner)
      caf::anon_send(*owner, outbox_grew{partition});
  };
  writing.outbox_grew = wake_relay;
  auto watching = outbox_watch_settings(options, probe);
  writing.outbox_full = [full = watching.full] { return full->load(std::memory_order_relaxed); };
  writing.fenced = [lines = news->log](fence old) {
    lines->on_event(http::severity::warning,
                    "Partition " + to_string(old.partition) +
                        " was taken over: nothing more is written for it under epoch " + to_string(old.epoch) + ".",
                    {});
  };
  writer = system->spawn(log_writer, std::move(writing), connection);
  start_bookkeeper();
  cache = start_cache(*system, options, probe,
                      [lines = log->of(telemetry::log_component::cache)](const std::string& sentence) {
                        lines->on_event(http::severity::warning, sentence, {});
                      });
  profiles = system->spawn(profile_cache, profile_settings(probe), readers, cache.actor);
  account_changes =
      system->spawn(account_writer, account_writer_config{}, account_writer_neighbours{writer, readers, cache.actor});
  if (options.smtp_url.empty())
    mailer = system->spawn(memory::mail_catcher, memory::mail_catcher_config{}, writer);
  else
    mailer = system->spawn<caf::detached>(smtp::mailer, mailer_settings(options, probe));
  notifier = system->spawn(callboard::notifier, notifier_settings(), profiles, mailer, writer);
  auto consumers = std::make_shared<memory::event_consumers>();
  start_event_log(consumers);
  watch = system->spawn(outbox_watch, std::move(watching), readers);
  auto placing = placement_settings(options, probe, tracing);
  placing.owns_all = [told = owned, is_told = false]() mutable {
    if (!std::exchange(is_told, true))
      told->set_value();
  };
  placement =
      system->spawn(callboard::placement, std::move(placing),
                    placement_neighbours{writer, bookkeeper, profiles, notifier, event_log, broker, event_source});
  feed = system->spawn(personal_feed, personal_feed_config{}, placement);
  consumers->all.push_back(feed);
  *owner = placement;
  if (broker) {
    growth_watch_config growing;
    growing.outbox_grew = wake_relay;
    growth = system->spawn(growth_watch, std::move(growing), readers);
  }
  news->set_placement(caf::actor_cast<caf::actor>(placement));
}

// What follows from committed events (they are counted, and leave the outbox) is as much work for a database as they
// were, and no user waits for it. Where the store can, it runs beside the transactions that users do wait for.
void node::parts::start_bookkeeper() {
  bookkeeper = writer;
  if (!store->takes_several_writers())
    return;
  books = store->spawn_writer(*system);
  log_writer_config settings; // the writer tells of a partition that was taken over: once is enough
  settings.probe = probe;
  bookkeeper = system->spawn(log_writer, std::move(settings), books);
}

void node::parts::start_event_log(std::shared_ptr<const memory::event_consumers> consumers) {
  // Without Kafka the analytics read the embedded log, which must not forget what they have not counted.
  auto is_embedded = options.kafka_brokers.empty();
  memory::event_log_config keeping;
  if (is_embedded)
    keeping.awaited.push_back(analytics_consumer);
  auto embedded = system->spawn(memory::event_log, std::move(keeping), std::move(consumers));
  event_log = embedded;
  if (is_embedded) {
    event_source = embedded;
    return;
  }
  auto around = kafka_settings(options, probe);
  around.report = [lines = log->of(telemetry::log_component::events)](kafka::severity level,
                                                                      const std::string& sentence) {
    constexpr http::severity levels[] = {http::severity::info, http::severity::warning, http::severity::error};
    lines->on_event(levels[static_cast<std::size_t>(level)], sentence, {});
  };
  around.stuck = [stuck = stuck] { *stuck = true; };
  broker = system->spawn(kafka::event_producer, around, writer);
  event_source = system->spawn(kafka::event_reader, around);
}

// None of these is started again by somebody: a node without one of them would answer nothing but errors.
void node::parts::watch_parts() {
  auto part = [](const char* name, const auto& actor) {
    return vital_part{name, actor ? caf::actor_cast<caf::actor>(actor) : caf::actor{}};
  };
  vital = watch_vital_parts(*system,
                            {part("the write connection", connection),
                             part("the log writer", writer),
                             part("the bookkeeper", books ? bookkeeper : log_writer_actor{}),
                             part("the bookkeeper's connection", books),
                             part("the store's readers", readers),
                             part("the profiles", profiles),
                             part("the account writer", account_changes),
                             part("the cache", cache.actor),
                             part("the watch of revocations", revocation_watch),
                             part("the watch of the keys", key_watch),
                             part("the hasher", hasher),
                             part("the mailer", mailer),
                             part("the notifier", notifier),
                             part("the event log", event_log),
                             part("the event producer", broker),
                             part("the event source", event_source),
                             part("the watch of the outbox", watch),
                             part("the placement", placement),
                             part("the personal feed", feed),
                             part("the room mirrors", mirrors),
                             part("the accounts", auth)},
                            [log = news->log, failed = failed](const std::string& name, const std::string& reason) {
                              log->on_event(http::severity::error,
                                            "The node stops: " + name + " ended, " + reason + ".", {});
                              failed();
                            });
}

telemetry::metric_sources node::parts::sources_of_metrics() {
  telemetry::metric_sources made;
  auto use = [&made](const auto& option, const char* name, const dependency_probe& counts) {
    if (!option.empty())
      made.dependencies.emplace_back(name, &counts);
  };
  use(options.database_url, "postgres", probe->postgres);
  use(options.redis_url, "redis", probe->redis);
  use(options.kafka_brokers, "kafka", probe->kafka);
  use(options.smtp_url, "smtp", probe->smtp);
  made.data_directory = options.data_dir;
  made.version = version_text();
  made.commit = built_commit();
  made.dropped_log_lines = [log = log] { return log->dropped(); };
  made.edge = [this] { return edge ? edge->gauges() : http::edge_gauges{}; };
  made.refresh = [counts = probe, known = store] { counts->postgres.connected.set(known->is_available()); };
  return made;
}

} // namespace callboard

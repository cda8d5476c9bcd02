#include "bin/callboard/node.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <mutex>
#include <utility>

#include "actors/account_writer.hpp"
#include "actors/analytics.hpp"
#include "actors/auth.hpp"
#include "actors/core/partitioning.hpp"
#include "actors/core/permissions.hpp"
#include "actors/growth_watch.hpp"
#include "actors/key_watch.hpp"
#include "actors/log_writer.hpp"
#include "actors/mirror_registry.hpp"
#include "actors/notifier.hpp"
#include "actors/outbox_watch.hpp"
#include "actors/personal_feed.hpp"
#include "actors/placement.hpp"
#include "actors/profile_cache.hpp"
#include "actors/revocation_watch.hpp"
#include "actors/session.hpp"
#include "adapters/hasher/hasher.hpp"
#include "adapters/http/edge.hpp"
#include "adapters/http/rest/routes.hpp"
#include "adapters/http/wire/centrifuge_json.hpp"
#include "adapters/kafka/event_producer.hpp"
#include "adapters/kafka/event_reader.hpp"
#include "adapters/memory/event_log.hpp"
#include "adapters/memory/mail_catcher.hpp"
#include "adapters/password/policy.hpp"
#include "adapters/smtp/mailer.hpp"
#include "adapters/sql/store.hpp"
#include "adapters/telemetry/log.hpp"
#include "adapters/telemetry/metrics.hpp"
#include "adapters/tokens/stored_keys.hpp"
#include "adapters/tokens/token_authority.hpp"
#include "bin/callboard/configs.hpp"
#include "bin/callboard/exposure.hpp"
#include "bin/callboard/lock_news.hpp"
#include "bin/callboard/node_certificate.hpp"
#include "bin/callboard/secrets.hpp"
#include "bin/callboard/shared_cache.hpp"
#include "bin/callboard/signing_keys.hpp"
#include "bin/callboard/stores.hpp"
#include "bin/callboard/vital_parts.hpp"
#include "messages/messages.hpp"

namespace callboard {
namespace {

constexpr auto stop_deadline = std::chrono::seconds{30};

caf::optional<field_error> judge_password(std::string_view text, const std::vector<std::string>& context) {
  password::context who{context.at(0), context.at(1)};
  auto violation = password::check_policy(text, who);
  if (!violation)
    return caf::none;
  return field_error{"/password", std::string{password::to_string(*violation)}, describe(*violation)};
}

} // namespace

struct node::parts {
  parts(settings given, std::function<void()> when_failed)
      : options(std::move(given)), failed(std::move(when_failed)), actor_config(options) {}

  settings options;
  std::function<void()> failed;
  node_actor_config actor_config;
  std::shared_ptr<node_probe> probe = std::make_shared<node_probe>();
  std::shared_ptr<spdlog::logger> log;
  std::shared_ptr<lock_news> news = std::make_shared<lock_news>();
  std::shared_ptr<sql::server_store> store;
  std::unique_ptr<caf::actor_system> system;
  std::shared_ptr<telemetry::metrics> metrics;
  std::unique_ptr<http::edge> edge;
  std::unique_ptr<node_certificate> certificate;

  // In the order in which they start; they end in the order that `stop` gives.
  write_connection_actor connection;
  log_writer_actor writer;
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

  void start_actors();
  void start_event_log(std::shared_ptr<const memory::event_consumers> consumers);
  start_failure start_edge(const loaded_keys& keys, const secrets& known);
  void watch_parts();
  void end(const caf::actor& each);
};

node::node(settings options, std::function<void()> failed)
    : parts_(std::make_unique<parts>(std::move(options), std::move(failed))) {}

node::~node() {
  stop();
}

start_failure node::start() {
  auto& my = *parts_;
  my.log = telemetry::make_log({my.options.log_level, my.options.log_format});
  my.news->log = telemetry::make_edge_log(my.log, my.options.log_format == "json");
  my.certificate = std::make_unique<node_certificate>(my.options, my.news->log);
  if (auto wrong = my.certificate->begin(my.options); !wrong.empty())
    return {exit_usage, wrong};
  auto opened = stores::open(my.options, [news = my.news](bool held) { news->tell(held); });
  if (auto* reason = std::get_if<sql::open_error>(&opened))
    return {exit_data_directory, reason->message};
  my.store = std::get<std::shared_ptr<sql::server_store>>(std::move(opened));
  auto known = load_secrets(my.options);
  if (!known)
    return {exit_data_directory, context_of(known.error()).detail};
  auto session = my.store->open_session();
  if (auto* reason = std::get_if<sql::open_error>(&session))
    return {exit_data_directory, reason->message};
  auto& direct = *std::get<std::unique_ptr<sql::store_session>>(session);
  auto keys = load_keys(direct, my.options, *known);
  if (!keys)
    return {exit_data_directory, context_of(keys.error()).detail};
  if (auto reason = note_token_life_of(direct, my.options, *keys))
    return {exit_data_directory, context_of(reason).detail};
  if (auto sentence = describe_other_key(*keys, my.options); !sentence.empty())
    my.news->log->on_event(http::severity::warning, sentence, {});
  my.system = std::make_unique<caf::actor_system>(my.actor_config);
  my.start_actors();
  if (my.owned->get_future().wait_for(stop_deadline) != std::future_status::ready)
    return {exit_failure, "the partitions could not be taken over"};
  return my.start_edge(*keys, *known);
}

void node::reload() {
  parts_->certificate->reload();
}

void node::parts::start_actors() {
  auto owner = std::make_shared<placement_actor>(); // known when the placement runs
  connection = store->spawn_writer(*system);
  readers = store->spawn_reader_pool(*system);
  auto writing = log_writer_settings(options, probe);
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
  cache = start_cache(*system, options, probe,
                      [lines = telemetry::make_edge_log(log, options.log_format == "json")](
                          const std::string& sentence) { lines->on_event(http::severity::warning, sentence, {}); });
  profiles = system->spawn(profile_cache, profile_settings(probe), readers, cache.actor);
  account_changes =
      system->spawn(account_writer, account_writer_config{}, account_writer_neighbours{writer, readers, cache.actor});
  // Sessions are ended by other writers too: other nodes, and `callboard admin`.
  revocation_watch = system->spawn(callboard::revocation_watch, watch_settings(options), readers, cache.revocations);
  if (options.smtp_url.empty())
    mailer = system->spawn(memory::mail_catcher, memory::mail_catcher_config{}, writer);
  else
    mailer = system->spawn<caf::detached>(smtp::mailer, mailer_settings(options));
  notifier = system->spawn(callboard::notifier, notifier_settings(), profiles, mailer, writer);
  auto consumers = std::make_shared<memory::event_consumers>();
  start_event_log(consumers);
  watch = system->spawn(outbox_watch, std::move(watching), readers);
  auto placing = placement_settings(options, probe);
  placing.owns_all = [told = owned, is_told = false]() mutable {
    if (!std::exchange(is_told, true))
      told->set_value();
  };
  placement = system->spawn(callboard::placement, std::move(placing),
                            placement_neighbours{writer, profiles, notifier, event_log, broker, event_source});
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
  around.report = [lines = telemetry::make_edge_log(log, options.log_format == "json")](kafka::severity level,
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
  vital = watch_vital_parts(
      *system,
      {part("the write connection", connection), part("the log writer", writer), part("the store's readers", readers),
       part("the profiles", profiles), part("the account writer", account_changes), part("the cache", cache.actor),
       part("the watch of revocations", revocation_watch), part("the watch of the keys", key_watch),
       part("the hasher", hasher), part("the mailer", mailer), part("the notifier", notifier),
       part("the event log", event_log), part("the event producer", broker), part("the event source", event_source),
       part("the watch of the outbox", watch), part("the placement", placement), part("the personal feed", feed),
       part("the room mirrors", mirrors), part("the accounts", auth)},
      [log = news->log, failed = failed](const std::string& name, const std::string& reason) {
        log->on_event(http::severity::error, "The node stops: " + name + " ended, " + reason + ".", {});
        failed();
      });
}

start_failure node::parts::start_edge(const loaded_keys& keys, const secrets& known) {
  auto tokens = std::make_shared<tokens::token_authority>(keys.set, token_settings(known));
  auto warn = [log = news->log](const std::string& sentence) { log->on_event(http::severity::warning, sentence, {}); };
  key_watch = system->spawn(callboard::key_watch, key_settings(probe, warn), readers, writer,
                            std::make_shared<tokens::stored_keys>(tokens, known.wrap), keys.schedule);
  auto revocations = cache.revocations;
  {
    caf::scoped_actor self{*system};
    self->request(readers, std::chrono::seconds{5}, sessions_ended_since{wall_clock() - options.access_life})
        .receive(
            [&](const std::vector<session_id>& ended) {
              for (auto& session : ended)
                revocations->revoke(session, wall_clock() + options.access_life);
            },
            [](const caf::error&) {});
  }
  hasher = system->spawn(hashing::hasher, hasher_settings(options, known, probe));
  auto wire = std::make_shared<http::wire::centrifuge_json>(store->store_epoch(), version_text());
  metrics = std::make_shared<telemetry::metrics>(probe);

  http::router routes;
  auto ready = std::make_shared<std::shared_ptr<const std::atomic<bool>>>();
  http::rest::rest_options rest;
  rest.jwks = [tokens] { return tokens->jwks(wall_clock()); };
  rest.metrics = [all = metrics] { return all->expose(); };
  rest.ready = [ready, known = store] { return *ready && (*ready)->load() && known->is_available(); };
  rest.admin_networks = options.admin_networks;
  rest.public_url =
      options.public_url.empty() && certificate->shown() ? "https://" + options.listen : options.public_url;
  rest.deadline = std::max(rest.deadline, options.hasher_wait + std::chrono::seconds{2});
  rest.on_bad_registration = [counts = probe] { counts->registers_invalid.add(); };
  rest.writer = account_changes;
  rest.full_name_length = options.limits.full_name_length;
  if (auto reason = http::rest::add_routes(routes, std::move(rest)))
    return {exit_usage, context_of(reason).detail};
  auto around = edge_settings(options);
  around.certificate = certificate->shown();
  edge = std::make_unique<http::edge>(*system, std::move(around), std::move(routes), wire, metrics,
                                      telemetry::make_edge_log(log, options.log_format == "json"));
  *ready = edge->readiness();
  metrics->set_edge([this] { return edge->gauges(); });

  mirrors = system->spawn(mirror_registry, mirror_settings(options, store->store_epoch(), probe),
                          mirror_registry_neighbours{placement, readers, edge->outlet(), wire});
  auto accounts = auth_settings(options, probe);
  accounts.policy = judge_password;
  // Asked for when the edge runs: until then the port is not known.
  accounts.link_base = [this] {
    auto& wanted = options.public_url;
    return wanted.empty() ? local_address(options, edge->port()) : wanted;
  };
  auth = system->spawn(
      callboard::auth, std::move(accounts),
      auth_neighbours{account_changes, profiles, hasher, cache.actor, placement, notifier, tokens, revocations});
  auto session_settings_shared =
      std::make_shared<const session_config>(session_settings(options, store->store_epoch(), probe));
  auto session_around = std::make_shared<const session_neighbours>(
      session_neighbours{placement, mirrors, profiles, tokens, revocations, edge->outlet(), wire, auth});
  watch_parts();
  node_services services;
  services.auth = auth;
  services.placement = placement;
  services.store = profiles;
  services.tokens = tokens;
  services.revocations = revocations;
  services.wire = wire;
  services.store_epoch = store->store_epoch();
  services.may = core::may;
  services.spawn_session = [this, session_settings_shared, session_around](connection_ref socket, client_origin) {
    return system->spawn(session, session_settings_shared, session_around, socket);
  };
  if (auto reason = edge->start(std::move(services)))
    return {exit_usage, context_of(reason).detail};
  return {0, {}};
}

std::string node::address() const {
  return local_address(parts_->options, parts_->edge->port());
}

void node::parts::end(const caf::actor& each) {
  if (!each)
    return;
  caf::scoped_actor self{*system};
  self->monitor(each);
  self->send_exit(each, caf::exit_reason::user_shutdown);
  self->receive([](const caf::down_msg&) {}, caf::after(stop_deadline) >> [] {});
}

bool node::stop() {
  auto& my = *parts_;
  if (my.edge)
    my.edge->drain(my.options.drain_timeout);
  my.news->set_placement({});
  if (my.system) {
    auto end = [&my](auto& each) {
      if (each)
        my.end(caf::actor_cast<caf::actor>(each));
      each = nullptr;
    };
    end(my.vital);
    // Who asks ends before who is asked; the placement ends after the batches that its relays have under way, the log
    // writer when everything that was asked of it is committed.
    end(my.mirrors);
    end(my.auth);
    end(my.placement);
    end(my.feed);
    end(my.event_source);
    end(my.event_log);
    end(my.broker);
    end(my.growth);
    end(my.watch);
    end(my.notifier);
    end(my.mailer);
    end(my.revocation_watch);
    end(my.key_watch);
    end(my.account_changes);
    end(my.profiles);
    end(my.cache.actor);
    if (my.cache.redis)
      my.cache.redis->stop();
    end(my.writer);
    end(my.connection);
    end(my.hasher);
    end(my.readers);
  }
  my.edge.reset();
  my.system.reset();
  my.store.reset();
  return !*my.stuck;
}

} // namespace callboard

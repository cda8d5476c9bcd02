#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <mutex>
#include <utility>

#include "actors/auth.hpp"
#include "actors/core/permissions.hpp"
#include "actors/key_watch.hpp"
#include "actors/message_gate.hpp"
#include "actors/mirror_registry.hpp"
#include "actors/profile_cache.hpp"
#include "actors/revocation_watch.hpp"
#include "actors/session.hpp"
#include "adapters/hasher/hasher.hpp"
#include "adapters/http/rest/routes.hpp"
#include "adapters/http/wire/centrifuge_json.hpp"
#include "adapters/password/policy.hpp"
#include "adapters/telemetry/cluster_report.hpp"
#include "adapters/tokens/stored_keys.hpp"
#include "adapters/tokens/token_authority.hpp"
#include "bin/callboard/exposure.hpp"
#include "bin/callboard/kafka_security.hpp"
#include "bin/callboard/node_parts.hpp"
#include "bin/callboard/resource_limits.hpp"
#include "bin/callboard/stores.hpp"

namespace callboard {
namespace {

constexpr auto time_to_own = std::chrono::seconds{30}; // all partitions

caf::optional<field_error> judge_password(std::string_view text, const std::vector<std::string>& context) {
  password::context who{context.at(0), context.at(1)};
  auto violation = password::check_policy(text, who);
  if (!violation)
    return caf::none;
  return field_error{"/password", std::string{password::to_string(*violation)}, describe(*violation)};
}

} // namespace

node::node(settings options, std::function<void()> failed)
    : parts_(std::make_unique<parts>(std::move(options), std::move(failed))) {}

node::~node() {
  stop({});
}

start_failure node::start() {
  auto& my = *parts_;
  auto log = telemetry::log::open(log_settings(my.options));
  if (!log)
    return {exit_usage, context_of(log.error()).detail};
  my.log = *log;
  my.news->log = my.log->of(telemetry::log_component::node);
  my.certificate = std::make_unique<node_certificate>(my.options, my.news->log);
  if (auto wrong = my.certificate->begin(my.options); !wrong.empty())
    return {exit_usage, wrong};
  if (auto wrong = check_kafka_files(my.options); !wrong.empty())
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
  for (auto& each : resource_warnings(my.options, raise_and_read_limits()))
    my.news->log->on_event(http::severity::warning, each, {});
  my.start_tracing();
  my.system = std::make_unique<caf::actor_system>(my.actor_config);
  my.start_actors();
  if (my.owned->get_future().wait_for(time_to_own) != std::future_status::ready)
    return {exit_failure, "the partitions could not be taken over"};
  return my.start_edge(*keys, *known);
}

void node::reload() {
  auto& my = *parts_;
  if (auto reason = my.log->reopen())
    my.news->log->on_event(http::severity::error, context_of(reason).detail, {});
  my.certificate->reload();
}

start_failure node::parts::start_edge(const loaded_keys& keys, const secrets& known) {
  auto tokens = std::make_shared<tokens::token_authority>(keys.set, token_settings(known));
  auto warn = [log = log->of(telemetry::log_component::accounts)](const std::string& sentence) {
    log->on_event(http::severity::warning, sentence, {});
  };
  key_watch = system->spawn(callboard::key_watch, key_settings(probe, warn), readers, writer,
                            std::make_shared<tokens::stored_keys>(tokens, known.wrap.reveal()), keys.schedule);
  auto revocations = cache.revocations;
  {
    caf::scoped_actor self{*system};
    self->request(readers, std::chrono::seconds{5}, sessions_ended_since{wall_clock() - options.access_life})
        .receive(
            [&](const std::vector<session_end>& ended) {
              for (auto& each : ended)
                revocations->revoke(each.session, wall_clock() + options.access_life);
            },
            [](const caf::error&) {});
  }
  // Sessions are ended by other writers too: other nodes, and `callboard admin`. What ended before is known by now, and
  // has no connections whose owners would have to be told.
  revocation_watch =
      system->spawn(callboard::revocation_watch, watch_settings(options), readers, placement, revocations);
  hasher = system->spawn(hashing::hasher, hasher_settings(options, known, probe));
  auto wire = std::make_shared<http::wire::centrifuge_json>(store->store_epoch(), version_text());
  sources = sources_of_metrics();
  metrics = std::make_shared<telemetry::metrics>(probe, sources);

  http::router routes;
  auto ready = std::make_shared<std::shared_ptr<const std::atomic<bool>>>();
  http::rest::rest_options rest;
  rest.jwks = [tokens] { return tokens->jwks(wall_clock()); };
  rest.metrics = [all = metrics] { return all->expose(); };
  rest.cluster = [this] { return telemetry::report_cluster(*probe, sources, options.node); };
  rest.log_levels = [log = log] { return log->levels(); };
  rest.set_log_level = [log = log](const std::string& component, const std::string& level) {
    if (!telemetry::is_log_level(level))
      return http::rest::log_level_error::level;
    if (!component.empty() && !telemetry::is_log_component(component))
      return http::rest::log_level_error::component;
    log->set_level(component, level);
    return http::rest::log_level_error::none;
  };
  rest.ready = [ready, known = store] { return *ready && (*ready)->load() && known->is_available(); };
  std::string wrong_network;
  if (!rest.operators.set(options.admin_networks, wrong_network))
    return {exit_usage, std::move(wrong_network)};
  rest.public_url =
      options.public_url.empty() && certificate->shown() ? "https://" + options.listen : options.public_url;
  rest.deadline = std::max(rest.deadline, options.hasher_wait + std::chrono::seconds{2});
  rest.on_bad_registration = [counts = probe] { counts->registers_invalid.add(); };
  rest.writer = account_changes;
  rest.full_name_length = options.limits.full_name_length;
  http::rest::add_routes(routes, std::move(rest));
  auto around = edge_settings(options);
  around.certificate = certificate->shown();
  edge = std::make_unique<http::edge>(*system, std::move(around), std::move(routes), wire,
                                      log->of(telemetry::log_component::http));
  *ready = edge->readiness();

  mirrors = system->spawn(mirror_registry, mirror_settings(options, store->store_epoch(), probe),
                          mirror_registry_neighbours{placement, readers, edge->outlet(), wire});
  auto accounts = auth_settings(options, probe, tracing);
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
      std::make_shared<const session_config>(session_settings(options, store->store_epoch(), probe, tracing));
  auto gate = make_message_gate(gate_settings(options), probe);
  auto session_around = std::make_shared<const session_neighbours>(
      session_neighbours{placement, mirrors, profiles, tokens, revocations, edge->outlet(), wire, auth, gate});
  watch_parts();
  node_services services;
  services.auth = auth;
  services.placement = placement;
  services.store = profiles;
  services.tokens = tokens;
  services.revocations = revocations;
  services.wire = wire;
  services.gate = gate;
  services.store_epoch = store->store_epoch();
  services.tracing = tracing;
  services.may = core::may;
  services.spawn_session = [this, session_settings_shared, session_around](connection_ref socket,
                                                                           const client_origin& from) {
    return system->spawn(session, session_settings_shared, session_around, socket, from.is_trusted);
  };
  if (auto reason = edge->start(std::move(services)))
    return {exit_usage, context_of(reason).detail};
  return {0, {}};
}

std::string node::address() const {
  return local_address(parts_->options, parts_->edge->port());
}

} // namespace callboard

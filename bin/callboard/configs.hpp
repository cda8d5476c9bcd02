#pragma once

#include <functional>
#include <memory>
#include <string>

#include <caf/actor_system_config.hpp>

#include "actors/auth.hpp"
#include "actors/core/admission.hpp"
#include "actors/key_watch.hpp"
#include "actors/log_writer.hpp"
#include "actors/mirror_registry.hpp"
#include "actors/notifier.hpp"
#include "actors/outbox_watch.hpp"
#include "actors/placement.hpp"
#include "actors/profile_cache.hpp"
#include "actors/revocation_watch.hpp"
#include "actors/session.hpp"
#include "adapters/hasher/hasher.hpp"
#include "adapters/http/options.hpp"
#include "adapters/kafka/options.hpp"
#include "adapters/memory/cache.hpp"
#include "adapters/password/policy.hpp"
#include "adapters/smtp/mailer.hpp"
#include "adapters/sql/sqlite/store.hpp"
#include "adapters/telemetry/log.hpp"
#include "adapters/telemetry/trace_exporter.hpp"
#include "adapters/tokens/token_authority.hpp"
#include "bin/callboard/secrets.hpp"
#include "bin/callboard/settings.hpp"

namespace callboard {

/// From the program's settings to what each part takes.

struct node_actor_config : caf::actor_system_config {
  explicit node_actor_config(const settings& options);
};

/// The system's time, as every actor and adapter gets it.
timestamp wall_clock();

/// "0.1.0".
std::string version_text();

/// A sentence about a password that may not be chosen.
std::string describe(password::policy_violation violation);

sql::sqlite_options store_options(const settings& options);
smtp::mailer_config mailer_settings(const settings& options, std::shared_ptr<node_probe> probe);
telemetry::log_options log_settings(const settings& options);
telemetry::trace_exporter_options trace_settings(const settings& options, std::shared_ptr<node_probe> probe);
log_writer_config log_writer_settings(const settings& options, std::shared_ptr<node_probe> probe, tracer_ptr tracing);
placement_config placement_settings(const settings& options, std::shared_ptr<node_probe> probe, tracer_ptr tracing);
outbox_watch_config outbox_watch_settings(const settings& options, std::shared_ptr<node_probe> probe);
kafka::options kafka_settings(const settings& options, std::shared_ptr<node_probe> probe);
mirror_registry_config mirror_settings(const settings& options, const std::string& store_epoch,
                                       std::shared_ptr<node_probe> probe);
core::admission_config gate_settings(const settings& options);
session_config session_settings(const settings& options, const std::string& store_epoch,
                                std::shared_ptr<node_probe> probe, tracer_ptr tracing);
auth_config auth_settings(const settings& options, std::shared_ptr<node_probe> probe, tracer_ptr tracing);
notifier_config notifier_settings();
profile_cache_config profile_settings(std::shared_ptr<node_probe> probe);
revocation_watch_config watch_settings(const settings& options);
key_watch_config key_settings(std::shared_ptr<node_probe> probe, std::function<void(const std::string&)> report);
memory::cache_config cache_settings(const settings& options);
hashing::hasher_config hasher_settings(const settings& options, const secrets& known,
                                       std::shared_ptr<node_probe> probe);
tokens::token_authority_config token_settings(const secrets& known);
http::edge_options edge_settings(const settings& options);

} // namespace callboard

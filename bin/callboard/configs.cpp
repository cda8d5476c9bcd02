#include "bin/callboard/configs.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <thread>

#include "actors/core/partitioning.hpp"
#include "adapters/crypto/uuid.hpp"
#include "bin/callboard/exposure.hpp"
#include "bin/callboard/kafka_security.hpp"

#ifndef CALLBOARD_VERSION
#error "the build defines CALLBOARD_VERSION"
#endif

namespace callboard {
namespace {

constexpr unsigned partitions = 64;

std::size_t threads_or_cores(std::uint64_t wanted) {
  return wanted > 0 ? wanted : std::max(2u, std::thread::hardware_concurrency());
}

std::uint32_t narrow(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}

// The origin of the WebSockets of a site, as Content-Security-Policy names it; nothing for what is no plain address.
std::string socket_source_of(const std::string& url) {
  auto host = url.find("://");
  if (host == std::string::npos || !(url.starts_with("http://") || url.starts_with("https://")))
    return {};
  auto origin = url.substr(host + 3, url.find('/', host + 3) - (host + 3));
  auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == ':' || c == '[' || c == ']';
  };
  if (origin.empty() || !std::all_of(origin.begin(), origin.end(), plain))
    return {};
  return (url.starts_with("https://") ? "wss://" : "ws://") + origin;
}

// The web client lies beside the program: in the build tree two folders up, installed in share/callboard/web.
std::string find_web_dir() {
  std::error_code failure;
  auto program = std::filesystem::read_symlink("/proc/self/exe", failure);
  for (auto* beside : {"../../web/dist", "../share/callboard/web"}) {
    auto candidate = (program.parent_path() / beside).lexically_normal();
    if (std::filesystem::exists(candidate / "index.html", failure))
      return candidate.string();
  }
  return {};
}

} // namespace

node_actor_config::node_actor_config(const settings& options) {
  set("scheduler.max-threads", threads_or_cores(options.actor_threads));
  set("scheduler.max-throughput", std::size_t{500});
  set("scheduler.policy", caf::atom("sharing"));
  add_error_category(caf::atom("callboard"), [](std::uint8_t code, caf::atom_value, const caf::message&) {
    return "callboard: " + to_string(static_cast<errc>(code));
  });
}

timestamp wall_clock() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string version_text() {
  return CALLBOARD_VERSION;
}

std::string describe(password::policy_violation violation) {
  switch (violation) {
  case password::policy_violation::invalid_utf8:
    return "is not valid UTF-8";
  case password::policy_violation::too_short:
    return "must have at least 8 characters";
  case password::policy_violation::too_long:
    return "must have at most 256 characters";
  case password::policy_violation::common:
    return "is among the passwords that are guessed first";
  case password::policy_violation::contextual:
    return "is too close to your name, your e-mail address or the name of this service";
  }
  return "may not be chosen";
}

sql::sqlite_options store_options(const settings& options) {
  sql::sqlite_options result;
  result.data_dir = options.data_dir;
  result.partitions = partitions;
  result.readers = narrow(options.readers);
  result.max_pages = narrow(options.store_pages);
  result.partition_of = [](std::string_view key) { return core::partition_of(key, partitions); };
  result.keep_audit = std::chrono::duration_cast<std::chrono::hours>(options.keep_audit);
  return result;
}

smtp::mailer_config mailer_settings(const settings& options, std::shared_ptr<node_probe> probe) {
  smtp::mailer_config result;
  result.probe = std::move(probe);
  result.url = options.smtp_url;
  result.from = options.mail_from;
  return result;
}

telemetry::log_options log_settings(const settings& options) {
  telemetry::log_options result;
  result.level = options.log_level;
  result.format = options.log_format;
  result.file = options.log_file;
  result.keep_days = static_cast<std::uint16_t>(options.log_keep_days);
  return result;
}

telemetry::trace_exporter_options trace_settings(const settings& options, std::shared_ptr<node_probe> probe) {
  telemetry::trace_exporter_options result;
  result.url = options.trace_endpoint.reveal();
  result.resource.version = version_text();
  result.resource.instance = options.node;
  result.max_queue = options.trace_queue;
  result.probe = std::move(probe);
  return result;
}

log_writer_config log_writer_settings(const settings& options, std::shared_ptr<node_probe> probe, tracer_ptr tracing) {
  log_writer_config result;
  result.probe = std::move(probe);
  result.tracing = std::move(tracing);
  result.database = options.database_url.empty() ? "sqlite" : "postgresql";
  return result;
}

placement_config placement_settings(const settings& options, std::shared_ptr<node_probe> probe, tracer_ptr tracing) {
  placement_config result;
  result.node = options.node + "/" + crypto::make_uuid(); // each start is another owner
  result.partitions = partitions;
  auto& partition = result.partition;
  partition.limits = options.limits;
  partition.horizon = options.reminder_horizon;
  partition.room.limits = options.limits;
  partition.room.idle = options.room_idle;
  partition.room.probe = probe;
  partition.user.limits = options.limits;
  partition.user.idle = options.user_idle;
  partition.user.max_connections = options.connections_per_user;
  partition.user.probe = probe;
  partition.reminder.wall_clock = wall_clock;
  partition.reminder.probe = probe;
  partition.relay.probe = probe;
  partition.analytics.keep_ids = std::chrono::duration_cast<std::chrono::hours>(options.keep_event_ids);
  partition.analytics.wall_clock = wall_clock;
  partition.analytics.probe = probe;
  partition.tracing = partition.room.tracing = partition.user.tracing = tracing;
  partition.relay.tracing = partition.analytics.tracing = std::move(tracing);
  if (!options.kafka_brokers.empty()) {
    partition.relay.trim_pace = std::chrono::milliseconds{50};
    partition.relay.system = partition.analytics.system = "kafka";
  }
  return result;
}

outbox_watch_config outbox_watch_settings(const settings& options, std::shared_ptr<node_probe> probe) {
  outbox_watch_config result;
  result.max_rows = static_cast<std::int64_t>(options.outbox_max_rows);
  result.enough_room = result.max_rows / 10 * 9;
  result.wall_clock = wall_clock;
  result.probe = std::move(probe);
  return result;
}

kafka::options kafka_settings(const settings& options, std::shared_ptr<node_probe> probe) {
  kafka::options result;
  result.brokers = options.kafka_brokers;
  result.protection = kafka_security(options);
  result.partitions = partitions;
  result.routes = options.event_routes;
  if (!options.public_url.empty())
    result.source = options.public_url;
  result.partition_of = [](std::string_view key, unsigned count) { return core::partition_of(key, count); };
  result.probe = std::move(probe);
  return result;
}

mirror_registry_config mirror_settings(const settings& options, const std::string& store_epoch,
                                       std::shared_ptr<node_probe> probe) {
  mirror_registry_config result;
  result.mirror.idle = options.mirror_idle;
  result.mirror.store_epoch = store_epoch;
  result.mirror.probe = std::move(probe);
  result.mirror.wall_clock = wall_clock;
  return result;
}

core::admission_config gate_settings(const settings& options) {
  core::admission_config result;
  result.wait = options.message_wait;
  return result;
}

session_config session_settings(const settings& options, const std::string& store_epoch,
                                std::shared_ptr<node_probe> probe, tracer_ptr tracing) {
  session_config result;
  result.tracing = std::move(tracing);
  result.limits = options.limits;
  result.send_rate = static_cast<double>(options.send_rate);
  result.send_burst = static_cast<double>(options.send_rate) * 2;
  result.command_rate = static_cast<double>(options.command_rate);
  result.command_burst = static_cast<double>(options.command_rate) * 2;
  result.ping_seconds =
      std::max<std::uint32_t>(1, narrow(static_cast<std::uint64_t>(options.ping_interval.count() / 1000)));
  result.node = options.node;
  result.store_epoch = store_epoch;
  result.probe = std::move(probe);
  return result;
}

auth_config auth_settings(const settings& options, std::shared_ptr<node_probe> probe, tracer_ptr tracing) {
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  auth_config result;
  result.tracing = std::move(tracing);
  result.limits = options.limits;
  result.access_life = duration_cast<seconds>(options.access_life);
  result.refresh_idle = duration_cast<seconds>(options.refresh_idle);
  result.refresh_absolute = duration_cast<seconds>(options.refresh_absolute);
  result.refresh_grace = options.refresh_grace;
  result.max_sessions = narrow(options.max_sessions);
  result.hash_patience = options.hasher_wait;
  result.device_life = duration_cast<seconds>(options.device_life);
  result.guessing = {narrow(options.max_attempts_enter), narrow(options.max_attempts_source)};
  result.logins_per_minute = narrow(options.login_rate);
  result.registers_per_minute = narrow(options.register_rate);
  result.passwords_per_minute = narrow(options.password_rate);
  result.one_time.reset_life = duration_cast<seconds>(options.reset_life);
  result.one_time.verification_life = duration_cast<seconds>(options.verification_life);
  result.wall_clock = wall_clock;
  result.probe = std::move(probe);
  return result;
}

notifier_config notifier_settings() {
  notifier_config result;
  result.wall_clock = wall_clock;
  return result;
}

profile_cache_config profile_settings(std::shared_ptr<node_probe> probe) {
  profile_cache_config result;
  result.probe = std::move(probe);
  return result;
}

revocation_watch_config watch_settings(const settings& options) {
  revocation_watch_config result;
  result.access_life = options.access_life;
  result.wall_clock = wall_clock;
  return result;
}

key_watch_config key_settings(std::shared_ptr<node_probe> probe, std::function<void(const std::string&)> report) {
  key_watch_config result;
  result.wall_clock = wall_clock;
  result.probe = std::move(probe);
  result.report = std::move(report);
  return result;
}

memory::cache_config cache_settings(const settings& options) {
  memory::cache_config result;
  result.lock = std::chrono::seconds{options.lock_seconds};
  result.wall_clock = wall_clock;
  return result;
}

hashing::hasher_config hasher_settings(const settings& options, const secrets& known,
                                       std::shared_ptr<node_probe> probe) {
  hashing::hasher_config result;
  result.hash.cost = narrow(options.bcrypt_cost);
  result.hash.pepper = known.pepper.reveal();
  result.workers = options.hasher_threads > 0 ? narrow(options.hasher_threads)
                                              : std::max(1u, std::thread::hardware_concurrency() / 2);
  result.max_queue = options.hasher_queue;
  result.probe = std::move(probe);
  return result;
}

tokens::token_authority_config token_settings(const secrets& known) {
  tokens::token_authority_config result;
  result.refresh_secret = known.refresh;
  result.device_secret = known.device;
  return result;
}

http::edge_options edge_settings(const settings& options) {
  http::edge_options result;
  auto colon = options.listen.rfind(':');
  result.address = options.listen.substr(0, colon);
  if (result.address.size() > 2 && result.address.front() == '[' && result.address.back() == ']')
    result.address = result.address.substr(1, result.address.size() - 2);
  unsigned port = 0;
  auto digits = options.listen.substr(colon + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  result.port = static_cast<std::uint16_t>(port);
  result.threads = narrow(options.io_threads);
  result.max_connections = options.connections;
  result.max_connections_per_address = options.connections_per_address;
  result.header_timeout = options.header_timeout;
  result.body_timeout = options.body_timeout;
  result.write_timeout = options.write_timeout;
  result.trusted_proxies = options.trusted_proxies;
  result.allowed_origins = options.allowed_origins;
  result.web_dir = options.web_dir.empty() ? find_web_dir() : options.web_dir;
  result.ping_interval = options.ping_interval;
  result.pong_timeout = options.pong_timeout;
  result.connect_timeout = options.connect_timeout;
  result.max_outgoing_bytes = options.outgoing_bytes;
  result.max_unanswered_commands = options.unanswered_commands;
  result.socket_send_buffer = static_cast<int>(options.send_buffer);
  if (!options.public_url.empty())
    result.allowed_origins.push_back(options.public_url);
  result.socket_source = socket_source_of(options.public_url);
  result.strict_transport = speaks_tls(options) || options.public_url.starts_with("https://");
  result.handshake_timeout = options.tls_handshake_timeout;
  result.max_handshakes_per_address = options.tls_handshakes_per_address;
  return result;
}

} // namespace callboard

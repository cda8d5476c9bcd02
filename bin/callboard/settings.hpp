#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/core/rules.hpp"
#include "adapters/kafka/event_routes.hpp"
#include "messages/secret_text.hpp"

namespace callboard {

/// Everything that can be set. Filled by `options.cpp`, where each is declared once with its name, bounds and sentence.
struct settings {
  std::string listen = "127.0.0.1:8080";
  std::string data_dir = "./data";
  secret_text database_url;
  std::string web_dir;
  std::string public_url;
  std::string tls_cert;
  std::string tls_key;
  std::string plain_http = "warn";
  std::string node = "node-1";
  secret_text secret;
  secret_text redis_url;
  std::string log_file; // empty: standard error
  std::uint64_t log_keep_days = 14;
  secret_text smtp_url;
  std::string mail_from = "callboard@localhost";
  std::string log_level = "info";
  std::string log_format = "console";

  secret_text trace_endpoint; // empty: no tracing
  double trace_sample = 0.01;
  std::uint64_t trace_queue = 8'192;

  std::uint64_t io_threads = 0;
  std::uint64_t actor_threads = 0;
  std::uint64_t readers = 2;
  std::uint64_t store_pages = 0;

  std::string kafka_brokers;
  std::string kafka_protocol = "plaintext";
  std::string kafka_ca;
  std::string kafka_cert;
  std::string kafka_key;
  std::string kafka_mechanism = "SCRAM-SHA-512";
  std::string kafka_username;
  secret_text kafka_password;
  std::vector<kafka::event_route> event_routes;
  std::uint64_t outbox_max_rows = 1'000'000;
  std::chrono::milliseconds keep_event_ids = std::chrono::hours{24 * 8};

  std::uint64_t bcrypt_cost = 12;
  std::uint64_t hasher_threads = 0;
  std::uint64_t hasher_queue = 256;
  std::chrono::milliseconds hasher_wait{8'000};
  std::uint64_t max_attempts_enter = 15;
  std::uint64_t max_attempts_source = 100;
  std::uint64_t lock_seconds = 300;
  std::uint64_t login_rate = 60;
  std::uint64_t register_rate = 30;
  std::uint64_t password_rate = 20;
  std::chrono::milliseconds reset_life = std::chrono::minutes{30};
  std::chrono::milliseconds verification_life = std::chrono::hours{24};
  std::chrono::milliseconds access_life = std::chrono::minutes{15};
  std::chrono::milliseconds refresh_idle = std::chrono::hours{24 * 30};
  std::chrono::milliseconds refresh_absolute = std::chrono::hours{24 * 90};
  std::chrono::milliseconds refresh_grace{10'000};
  std::uint64_t max_sessions = 10;
  std::string token_algorithm = "es256";
  secret_text token_secret;
  std::chrono::milliseconds keep_audit = std::chrono::hours{24 * 400};
  std::chrono::milliseconds device_life = std::chrono::hours{24 * 180};

  std::uint64_t send_rate = 50;
  std::uint64_t command_rate = 500;
  std::uint64_t connections = 100'000;
  std::uint64_t connections_per_address = 1'000;
  std::uint64_t connections_per_user = 20;
  std::uint64_t outgoing_bytes = 1u << 20;
  std::uint64_t unanswered_commands = 512;
  std::uint64_t send_buffer = 0;
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds pong_timeout{10'000};
  std::chrono::milliseconds connect_timeout{10'000};
  std::uint64_t tls_handshakes_per_address = 256;
  std::chrono::milliseconds tls_handshake_timeout{10'000};
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds write_timeout{30'000};
  std::chrono::milliseconds drain_timeout{10'000};
  std::chrono::milliseconds drain_delay{0};
  std::vector<std::string> trusted_proxies;
  std::vector<std::string> allowed_origins;
  std::vector<std::string> admin_networks{"127.0.0.0/8", "::1/128"};

  std::chrono::milliseconds message_wait{500};
  std::chrono::milliseconds room_idle{60'000};
  std::chrono::milliseconds user_idle{60'000};
  std::chrono::milliseconds mirror_idle{30'000};
  std::chrono::milliseconds reminder_horizon{600'000};
  core::limits limits;
};

} // namespace callboard

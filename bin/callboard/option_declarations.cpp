#include "adapters/redis/url.hpp"
#include "adapters/smtp/letter.hpp"
#include "adapters/smtp/mailer.hpp"
#include "adapters/telemetry/otlp.hpp"
#include "bin/callboard/option_builder.hpp"

namespace callboard {
namespace {

using std::chrono::milliseconds;

void declare_server(option_builder& declare) {
  declare.group("Server");
  declare.address("listen", &settings::listen, "Where to serve HTTP and WebSocket; port 0 takes a free one.");
  declare.text("data-dir", "DIRECTORY", &settings::data_dir, "Where the embedded store, its lock and the secret lie.");
  declare.secret("database-url", "URL", &settings::database_url,
                 "PostgreSQL as the store, such as postgresql://user:password@host/name?sslmode=verify-full; empty: "
                 "the embedded store.");
  declare.text("web-dir", "DIRECTORY", &settings::web_dir,
               "The built web client; empty: beside the program if it is there, otherwise none is served.");
  declare.text("public-url", "URL", &settings::public_url,
               "How browsers reach this server, if not by the address it listens on; links in mail begin with it.");
  declare.text("tls-cert", "FILE", &settings::tls_cert,
               "Certificates in PEM form, the server's own first; with it TLS is spoken. Read again on SIGHUP.");
  declare.text("tls-key", "FILE", &settings::tls_key,
               "The private key of the certificate, in PEM form, not encrypted.");
  declare.choice("plain-http", {"warn", "refuse"}, &settings::plain_http,
                 "What becomes of an address that others can reach without TLS and without trusted proxies.");
  declare.text("node", "NAME", &settings::node, "The name of this node.");
  declare.secret("secret", "TEXT", &settings::secret,
                 "Wraps signing keys and peppers passwords, 32 bytes or more; empty: kept in DATA-DIR/secret.");
  declare.choice("log-level", {"trace", "debug", "info", "warning", "error"}, &settings::log_level,
                 "The least severity that is logged.");
  declare.choice("log-format", {"console", "json"}, &settings::log_format,
                 "Lines for people, or one JSON object each.");
  declare.text("log-file", "FILE", &settings::log_file,
               "Where the log goes: NAME.log means NAME_YYYY-MM-DD.log, one file a day; empty: standard error. Opened "
               "again on SIGHUP.");
  declare.number("log-keep-days", 1, 3'650, &settings::log_keep_days, "How many files of --log-file are kept.");
  declare.number("io-threads", 0, 256, &settings::io_threads,
                 "Threads that serve sockets; 0: one per core, at least 2.");
  declare.number("actor-threads", 0, 256, &settings::actor_threads,
                 "Threads that run actors; 0: one per core, at least 2.");
  declare.number("readers", 1, 64, &settings::readers, "Connections, and threads, that read the store.");
  declare.number("store-pages", 0, 4'294'967'294, &settings::store_pages,
                 "The most pages of 4 KiB the embedded store may take; 0: as many as the disk holds.");
  declare.duration("drain-timeout", milliseconds{100}, std::chrono::minutes{10}, &settings::drain_timeout,
                   "How long a stop may take in all; three quarters of it for running requests and connections.");
  declare.duration("drain-delay", milliseconds{0}, std::chrono::minutes{5}, &settings::drain_delay,
                   "How long it serves on when told to stop, with /readyz at 503, so that load balancers notice; part "
                   "of --drain-timeout, at most half of it.");
}

void declare_events(option_builder& declare) {
  declare.group("Events");
  declare.brokers("kafka-brokers", &settings::kafka_brokers,
                  "Where events are published; empty: they stay in this process.");
  declare.choice("kafka-protocol", {"plaintext", "ssl", "sasl_ssl"}, &settings::kafka_protocol,
                 "How Kafka is spoken to: unencrypted, by TLS, or by TLS with a name and a password.");
  declare.text("kafka-ca", "FILE", &settings::kafka_ca,
               "Certificates in PEM form that vouch for the brokers; empty: those that the system trusts.");
  declare.text("kafka-cert", "FILE", &settings::kafka_cert,
               "This server's certificate for brokers that ask for one, in PEM form.");
  declare.text("kafka-key", "FILE", &settings::kafka_key, "Its private key, in PEM form, not encrypted.");
  declare.choice("kafka-mechanism", {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}, &settings::kafka_mechanism,
                 "How SASL proves the password.");
  declare.text("kafka-username", "NAME", &settings::kafka_username, "The name for sasl_ssl.");
  declare.secret("kafka-password", "TEXT", &settings::kafka_password, "The password for sasl_ssl.");
  declare.routes(
      "event-routes", &settings::event_routes,
      "Copies all events of a type to another topic; with ;key=KEY, for user.created alone, in the form that "
      "older consumers expect.");
  declare.number("outbox-max-rows", 1'000, 1'000'000'000, &settings::outbox_max_rows,
                 "Events that may wait to be published; past it what would add to them is refused.");
  declare.duration("keep-event-ids", std::chrono::hours{1}, std::chrono::hours{24 * 3650}, &settings::keep_event_ids,
                   "How long the analytics know an event again; longer than Kafka keeps its topics.");
}

void declare_services(option_builder& declare) {
  declare.group("Services");
  declare.url("redis-url", &settings::redis_url, redis::check_url,
              "The Redis that nodes share, redis://[user:password@]host:port[/database]; empty: what it would hold is "
              "kept in memory.");
  declare.url("smtp-url", &settings::smtp_url, smtp::check_url,
              "Where mail is handed over, smtp://[user:password@]host[:port], or smtps:// for TLS from the beginning; "
              "empty: mail is kept here, for an admin to read.");
  declare.mail_address("mail-from", &settings::mail_from, "The sender of every mail.");
}

void declare_tracing(option_builder& declare) {
  declare.group("Tracing");
  declare.url(
      "trace-endpoint", &settings::trace_endpoint, telemetry::check_trace_url,
      "The OTLP collector that spans are sent to, http[s]://[user:password@]host[:port][/path], by default with "
      "the path /v1/traces; empty: no spans are made.");
  declare.ratio("trace-sample", &settings::trace_sample,
                "The share of requests that is traced, where no trusted proxy has decided it.");
  declare.number("trace-queue", 1, 1'000'000, &settings::trace_queue,
                 "Spans that may wait to be sent; past it they are dropped.");
}

void declare_accounts(option_builder& declare) {
  declare.group("Accounts and sessions");
  declare.number("bcrypt-cost", 10, 15, &settings::bcrypt_cost, "Work of a password hash; each step doubles it.");
  declare.number("hasher-threads", 0, 64, &settings::hasher_threads, "Threads that hash passwords; 0: half the cores.");
  declare.number("hasher-queue", 1, 100'000, &settings::hasher_queue,
                 "Log-ins that may wait for a thread; past it 503 with Retry-After.");
  declare.duration("hasher-wait", milliseconds{100}, std::chrono::minutes{5}, &settings::hasher_wait,
                   "How long a log-in may wait until its password is looked at; past it 503 with Retry-After.");
  declare.number("max-attempts-enter", 0, 1'000, &settings::max_attempts_enter,
                 "Failed log-ins that lock an account, for devices that did not log in to it before; 0: never.");
  declare.number("max-attempts-source", 0, 1'000'000, &settings::max_attempts_source,
                 "Failed log-ins from one address that lock it, whatever accounts they try; 0: never.");
  declare.number("lock-seconds", 1, 86'400, &settings::lock_seconds, "How long these are locked.");
  declare.number("login-rate", 0, 1'000'000, &settings::login_rate, "Log-ins a minute from one address; 0: no limit.");
  declare.number("register-rate", 0, 1'000'000, &settings::register_rate,
                 "Registrations and guests a minute from one address; 0: no limit.");
  declare.number(
      "password-rate", 0, 1'000'000, &settings::password_rate,
      "Mails about passwords and addresses, and uses of their links, a minute from one address; 0: no limit.");
  declare.duration("reset-life", std::chrono::minutes{1}, std::chrono::hours{24}, &settings::reset_life,
                   "How long a mailed link to choose a new password works.");
  declare.duration("verification-life", std::chrono::minutes{1}, std::chrono::hours{24 * 30},
                   &settings::verification_life, "How long a mailed link to confirm an address works.");
  declare.duration("access-life", std::chrono::seconds{35}, std::chrono::hours{24}, &settings::access_life,
                   "How long an access token is valid.");
  declare.duration("refresh-idle", std::chrono::minutes{1}, std::chrono::hours{24 * 365}, &settings::refresh_idle,
                   "How long a session lives without being refreshed.");
  declare.duration("refresh-absolute", std::chrono::minutes{1}, std::chrono::hours{24 * 3650},
                   &settings::refresh_absolute, "How long a session lives at most.");
  declare.duration("refresh-grace", milliseconds{0}, std::chrono::minutes{1}, &settings::refresh_grace,
                   "How long the token before the current one still gets the current one.");
  declare.number("max-sessions", 1, 1'000, &settings::max_sessions,
                 "Live sessions of a user; past it the oldest ends.");
  declare.choice(
      "token-algorithm", {"es256", "eddsa", "hs256"}, &settings::token_algorithm,
      "How keys sign access tokens that are made from now on: the first one, and those of admin keys rotate.");
  declare.secret("token-secret", "TEXT", &settings::token_secret,
                 "The secret of an hs256 key, 32 bytes or more, shared with those who check tokens.");
  declare.duration("keep-audit", std::chrono::hours{24}, std::chrono::hours{24 * 3650}, &settings::keep_audit,
                   "How long entries of the audit log are kept.");
  declare.duration("device-life", std::chrono::minutes{1}, std::chrono::hours{24 * 3650}, &settings::device_life,
                   "How long a device stays known after a log-in: it passes an account's lock.");
}

void declare_edge(option_builder& declare) {
  declare.group("Connections");
  declare.number("connections", 1, 10'000'000, &settings::connections, "Connections in all.");
  declare.number("connections-per-address", 0, 10'000'000, &settings::connections_per_address,
                 "Connections from one address; 0: no limit.");
  declare.number("connections-per-user", 0, 1'000'000, &settings::connections_per_user,
                 "WebSocket connections of one user; 0: no limit.");
  declare.number("send-rate", 0, 1'000'000, &settings::send_rate,
                 "Messages a second on one WebSocket connection, twice as many in a burst; 0: no limit.");
  declare.number(
      "command-rate", 0, 1'000'000, &settings::command_rate,
      "Commands other than messages a second on one WebSocket connection, twice as many in a burst; 0: no limit.");
  declare.number("outgoing-bytes", 65'536, 1'073'741'824, &settings::outgoing_bytes,
                 "Bytes that may wait for a slow WebSocket client; past it 3008.");
  declare.number("unanswered-commands", 1, 100'000, &settings::unanswered_commands,
                 "Commands of a WebSocket client under way; past it its socket is not read.");
  declare.number("send-buffer", 0, 16'777'216, &settings::send_buffer,
                 "Bytes of a WebSocket's send buffer in the kernel; 0: the system's own.");
  declare.duration("ping-interval", milliseconds{100}, std::chrono::hours{1}, &settings::ping_interval,
                   "How often a WebSocket client is pinged.");
  declare.duration("pong-timeout", milliseconds{100}, std::chrono::hours{1}, &settings::pong_timeout,
                   "How long its answer may take; past it 3012.");
  declare.duration("connect-timeout", milliseconds{100}, std::chrono::minutes{5}, &settings::connect_timeout,
                   "How long a WebSocket client may take for its first command.");
  declare.duration("tls-handshake-timeout", milliseconds{100}, std::chrono::minutes{5},
                   &settings::tls_handshake_timeout, "How long a TLS handshake may take.");
  declare.number("tls-handshakes-per-address", 0, 10'000'000, &settings::tls_handshakes_per_address,
                 "TLS handshakes under way with one address; 0: no limit.");
  declare.duration("header-timeout", milliseconds{100}, std::chrono::minutes{5}, &settings::header_timeout,
                   "How long a request's header may take.");
  declare.duration("body-timeout", milliseconds{100}, std::chrono::minutes{10}, &settings::body_timeout,
                   "How long a request's body may take.");
  declare.duration("write-timeout", milliseconds{100}, std::chrono::minutes{10}, &settings::write_timeout,
                   "How long a client may take to read an answer; then its connection is cut.");
  declare.list("trusted-proxies", "NETWORK,...", &settings::trusted_proxies,
               "Proxies whose X-Forwarded-For is believed.");
  declare.list("allowed-origins", "ORIGIN,...", &settings::allowed_origins,
               "Other web sites whose pages may use this server.");
  declare.list("admin-networks", "NETWORK,...", &settings::admin_networks,
               "From where /metrics may be read, and /admin/... is there.");
}

void declare_limits(option_builder& declare) {
  declare.group("Rooms, messages and reminders");
  using core::limits;
  declare.bound("message-length", 1, 16'000, &limits::message_length, "Characters of a message.");
  declare.bound("room-name-length", 1, 1'000, &limits::room_name_length, "Characters of a room's name.");
  declare.bound("full-name-length", 1, 1'000, &limits::full_name_length, "Characters of a person's name.");
  declare.bound("username-min", 1, 32, &limits::username_min, "Least characters of a username.");
  declare.bound("username-max", 3, 64, &limits::username_max, "Most characters of a username.");
  declare.bound("email-bytes", 6, 320, &limits::email_bytes, "Bytes of an e-mail address.");
  declare.bound("client-key-bytes", 16, 255, &limits::client_key_bytes, "Bytes of a message's client key.");
  declare.bound("reminder-length", 1, 4'000, &limits::reminder_length, "Characters of a reminder.");
  declare.bound("reminder-years", 1, 100, &limits::years_ahead, "Years ahead that a reminder may be due.");
  declare.bound("members-per-room", 2, 100'000, &limits::members_per_room, "Members of a room.");
  declare.bound("rooms-per-user", 1, 100'000, &limits::rooms_per_user, "Rooms of a user.");
  declare.bound("reminders-per-user", 1, 100'000, &limits::reminders_per_user, "Pending reminders of a user.");
  declare.bound("channels-per-connection", 1, 10'000, &limits::channels_per_connection,
                "Rooms that one WebSocket connection follows.");
  declare.duration("message-wait", milliseconds{50}, std::chrono::minutes{5}, &settings::message_wait,
                   "How long a message may wait for its answer; what would wait longer is refused at once.");
  declare.duration("room-idle", milliseconds{50}, std::chrono::hours{24}, &settings::room_idle,
                   "How long a room that nobody uses stays in memory.");
  declare.duration("user-idle", milliseconds{50}, std::chrono::hours{24}, &settings::user_idle,
                   "How long a user without connections stays in memory.");
  declare.duration("mirror-idle", milliseconds{50}, std::chrono::hours{24}, &settings::mirror_idle,
                   "How long a node keeps a room's latest events when nobody follows it here.");
  declare.duration("reminder-horizon", std::chrono::seconds{1}, std::chrono::hours{24}, &settings::reminder_horizon,
                   "Reminders due within it are held in memory.");
}

std::vector<option> declare_all() {
  option_builder declare;
  declare_server(declare);
  declare_events(declare);
  declare_services(declare);
  declare_tracing(declare);
  declare_accounts(declare);
  declare_edge(declare);
  declare_limits(declare);
  return declare.take();
}

} // namespace

const std::vector<option>& all_options() {
  static const auto options = declare_all();
  return options;
}

} // namespace callboard

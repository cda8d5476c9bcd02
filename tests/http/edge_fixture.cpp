#include "tests/http/edge_fixture.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

#include <caf/stateful_actor.hpp>

#include "adapters/http/ask.hpp"
#include "adapters/http/problem.hpp"
#include "adapters/http/text.hpp"
#include "adapters/websocket/encoder.hpp"
#include "tests/eventually.hpp"
#include "tests/temporary_folder.hpp"

namespace callboard::http::test {
namespace {

/// A token is `NAME.SESSION.MS`: role, a digit, milliseconds it still lives.
struct played_tokens final : token_service {
  std::string sign_access(const token_claims&, timestamp) const override { return {}; }
  caf::expected<token_claims> verify_access(std::string_view token, timestamp now) const override {
    verified.fetch_add(1);
    token_claims claims;
    auto name = token.substr(0, token.find('.'));
    if (!from_string(name, claims.role))
      return make_failure(errc::unauthorized);
    auto rest = token.substr(std::min(token.size(), name.size() + 1));
    claims.user = user_id{7};
    claims.session.bytes[15] = static_cast<std::uint8_t>(rest.empty() ? 0 : rest.front());
    auto life = parse_number(rest.substr(std::min<std::size_t>(rest.size(), 2))).value_or(60'000);
    claims.expires_at = now + std::chrono::milliseconds{life};
    return claims;
  }
  uuid new_id() const override {
    uuid id;
    auto number = count.fetch_add(1) + 1;
    for (std::size_t i = 0; i < 8; ++i)
      id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    id.bytes[6] = 0x70;
    return id;
  }
  refresh_parts new_refresh(callboard::session_id) const override { return {}; }
  refresh_parts successor(const refresh_parts& parts) const override { return parts; }
  std::string hash_refresh(const refresh_parts&) const override { return {}; }
  std::string new_one_time_token() const override { return {}; }
  std::string hash_one_time_token(std::string_view, token_purpose) const override { return {}; }
  std::string sign_device(const device_claims&) const override { return {}; }
  caf::optional<device_claims> verify_device(std::string_view, timestamp) const override { return caf::none; }
  std::string print_refresh(const refresh_parts&) const override { return {}; }
  caf::optional<refresh_parts> parse_refresh(std::string_view) const override { return caf::none; }
  mutable std::atomic<std::uint64_t> count{0};
  mutable std::atomic<unsigned> verified{0};
};

struct played_decoder final : command_decoder {
  decoded_frame decode(std::string_view bytes, std::size_t) const override {
    decoded_frame result;
    while (!bytes.empty()) {
      auto line = bytes.substr(0, bytes.find('\n'));
      bytes.remove_prefix(std::min(bytes.size(), line.size() + 1));
      if (line == "{}")
        ++result.pongs;
      else if (line == "violation")
        result.violation = true;
      else if (line == "send")
        result.commands.push_back({0, send_command{}});
      else
        result.commands.push_back({1, post_command{{}, std::string{line}, {}, 0, false}});
    }
    return result;
  }
};

struct session_state {
  connection_ref connection;
};

timestamp now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void obey(const std::string& text, connection_ref to, callboard::outlet& out) {
  auto argument = [&text](std::string_view name) {
    return text.size() > name.size() ? text.substr(name.size() + 1) : std::string{};
  };
  if (text.starts_with("connect-for ")) {
    out.set_expiry(to, now() + std::chrono::milliseconds{std::stol(argument("connect-for"))});
    out.send(to, edge_fixture::text("connected"), 1);
  } else if (text == "connect") {
    out.set_expiry(to, now() + std::chrono::hours{1});
    out.send(to, edge_fixture::text("connected"), 1);
  } else if (text.starts_with("echo ")) {
    out.send(to, edge_fixture::text(argument("echo")), 1);
  } else if (text == "quiet") {
    out.send(to, nullptr, 1);
  } else if (text.starts_with("close ")) {
    out.close(to, static_cast<close_code>(std::stoi(argument("close"))), "as asked");
  }
}

session_actor::behavior_type play_session(session_actor::stateful_pointer<session_state> self,
                                          connection_ref connection, std::shared_ptr<node_log> log,
                                          std::shared_ptr<callboard::outlet> out) {
  self->state.connection = connection;
  return {
      [self, log, out](client_commands& batch) {
        for (auto& each : batch.commands) {
          auto* post = std::get_if<post_command>(&each.body);
          auto text = post ? post->text : std::string{"send"};
          log->with([&](node_log& seen) { seen.commands.push_back(text); });
          obey(text, self->state.connection, *out);
        }
      },
      [self, log](connection_closed) {
        ++log->closed;
        // Stays alive: a second one would be counted.
      },
      [log](const connection_drained& page) { log->with([&](node_log& seen) { seen.drained.push_back(page.token); }); },
      [](const personal_batch&) {},
      [](const session_ended&) {},
      [self, log, out](shut_down) {
        ++log->shut_down;
        if (!log->ignores_shut_down) {
          out->send(self->state.connection, edge_fixture::text("farewell"), 0);
          out->close(self->state.connection, close_code::shutdown, "shutdown");
        }
      },
      [](const subscription_changed&) {},
  };
}

auth_actor::behavior_type play_auth(auth_actor::pointer, std::shared_ptr<node_log> log) {
  auto no = [] { return make_failure(errc::not_available); };
  return {
      [no](const auth_register&) -> caf::result<user_view> { return no(); },
      [no](const auth_login&) -> caf::result<issued_tokens> { return no(); },
      [no](const auth_refresh&) -> caf::result<issued_tokens> { return no(); },
      [no](const auth_guest&) -> caf::result<issued_tokens> { return no(); },
      [no](const auth_logout&) -> caf::result<done> { return no(); },
      [no](const auth_end_sessions&) -> caf::result<done> { return no(); },
      [no](const auth_delete_account&) -> caf::result<done> { return no(); },
      [no](const auth_change_password&) -> caf::result<done> { return no(); },
      [no](const auth_forgot_password&) -> caf::result<done> { return no(); },
      [no](const auth_reset_password&) -> caf::result<done> { return no(); },
      [no](const auth_send_verification&) -> caf::result<done> { return no(); },
      [no](const auth_verify_email&) -> caf::result<done> { return no(); },
      [no](const auth_change_access&) -> caf::result<account_view> { return no(); },
      [log](const auth_refused& request) { log->with([&](node_log& seen) { seen.refused.push_back(request.what); }); },
      [log](const auth_identify& request) -> caf::result<principal> {
        ++log->identified;
        if (log->auth_fails)
          return make_failure(errc::unavailable, "the store does not answer");
        const auto& claims = request.claims;
        return principal{claims.user, claims.session, claims.role, "ann", claims.expires_at};
      },
  };
}

struct recording_logger final : logger {
  explicit recording_logger(std::shared_ptr<node_log> where) : log{std::move(where)} {}
  void on_request(const request_record& record) override {
    auto line = std::string{to_string(record.method)} + " " + std::string{record.pattern} + " " +
                std::to_string(record.status) + " " + callboard::to_string(record.user);
    log->with([&](node_log& seen) { seen.lines.push_back(line); });
  }
  void on_event(severity, std::string_view text, const line_subject&) override {
    log->with([&](node_log& seen) { seen.lines.emplace_back(text); });
  }
  std::shared_ptr<node_log> log;
};

router make_routes(const std::function<void(router&)>& more) {
  router routes;
  routes.add({method::get, "/hello", permission::none, body_rule::none, 0,
              [](request_context& context) -> boost::asio::awaitable<response> {
                co_return json_response(200, boost::json::object{{"address", context.origin().address}});
              }});
  routes.add({method::post, "/echo", permission::none, body_rule::required, 1024,
              [](request_context& context) -> boost::asio::awaitable<response> {
                auto body = context.json();
                if (!body)
                  co_return problem(body.error(), context.request_id());
                co_return json_response(201, *body);
              }});
  if (more)
    more(routes);
  return routes;
}

} // namespace

void revoked_sessions::revoke(callboard::session_id session, timestamp) {
  std::lock_guard lock{mutex};
  sessions.push_back(session);
}

bool revoked_sessions::is_revoked(const callboard::session_id& session) const {
  std::lock_guard lock{mutex};
  return std::find(sessions.begin(), sessions.end(), session) != sessions.end();
}

edge_options edge_fixture::small_options() {
  edge_options options;
  options.port = 0;
  options.threads = 2;
  options.max_connections_per_address = 0;
  if (over_tls())
    options.certificate = test_certificate();
  return options;
}

namespace {

/// A thousand connections and both of their ends are here; the soft limit is often 1,024.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

} // namespace

edge_fixture::edge_fixture(edge_options options, std::function<void(router&)> more_routes)
    : system{config}, is_secure{options.certificate != nullptr}, server{system, std::move(options),
                                                                        make_routes(more_routes), make_decoder(),
                                                                        std::make_shared<recording_logger>(log)} {
  allow_many_descriptors();
  node_services services;
  services.auth = system.spawn(play_auth, log);
  services.tokens = std::make_shared<played_tokens>();
  services.revocations = revoked;
  services.may = [](role who, permission what) {
    return what == permission::use_session || (what == permission::create_rooms && who != role::guest) ||
           who == role::admin;
  };
  services.spawn_session = [this, out = server.outlet()](connection_ref connection, client_origin origin) {
    log->with([&](node_log& seen) {
      seen.connections.push_back(connection);
      seen.origins.push_back(origin);
    });
    return system.spawn(play_session, connection, log, out);
  };
  if (auto failure = server.start(std::move(services)))
    throw std::runtime_error{context_of(failure).detail};
}

edge_fixture::~edge_fixture() {
  server.stop();
  system.await_actors_before_shutdown(false);
}

socket_client edge_fixture::connect(int receive_buffer) const {
  socket_client client{server.port(), receive_buffer};
  if (is_secure && client.descriptor() >= 0 && !client.secure())
    client.close();
  return client;
}

socket_client edge_fixture::connect_websocket(int receive_buffer) const {
  auto client = connect(receive_buffer);
  if (client.upgrade() != 101 || !client.send_text("connect") || client.read_text() != "connected")
    throw std::runtime_error{"the WebSocket could not be connected"};
  return client;
}

connection_ref edge_fixture::latest() {
  return log->with([](node_log& seen) { return seen.connections.back(); });
}

shared_bytes edge_fixture::text(std::string_view payload) {
  std::string bytes;
  websocket::append_text_frame(bytes, payload);
  return std::make_shared<const std::string>(std::move(bytes));
}

std::shared_ptr<const command_decoder> make_decoder() {
  return std::make_shared<played_decoder>();
}

std::shared_ptr<tls::server_certificate> test_certificate() {
  static const auto made = [] {
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    const callboard::test::temporary_folder folder;
    auto in = folder.path().string();
    auto command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
                   "-keyout " +
                   in + "/key.pem -out " + in + "/certificate.pem 2>/dev/null";
    auto certificate = std::make_shared<tls::server_certificate>();
    auto failed = std::system(command.c_str()) != 0;
    auto report = certificate->load({in + "/certificate.pem", in + "/key.pem"});
    if (failed || !report.error.empty())
      throw std::runtime_error{"no certificate for the test: " + report.error};
    return certificate;
  }();
  return made;
}

bool over_tls() {
  static const bool asked = std::getenv("EDGE_OVER_TLS") != nullptr;
  return asked;
}

bool eventually(const std::function<bool()>& condition) {
  return callboard::test::eventually(condition, patience);
}

std::string get(std::string_view path, std::string_view headers) {
  return "GET " + std::string{path} + " HTTP/1.1\r\nHost: localhost\r\n" + std::string{headers} + "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view headers) {
  return "POST " + std::string{path} + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n" + std::string{headers} + "\r\n" + std::string{body};
}

} // namespace callboard::http::test

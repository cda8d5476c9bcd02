#include <doctest/doctest.h>

#include "adapters/http/ask.hpp"
#include "adapters/http/problem.hpp"
#include "tests/http/edge_fixture.hpp"

using namespace callboard;
using namespace callboard::http;
using namespace callboard::http::test;

namespace {

void add_routes(router& routes) {
  auto who = [](request_context& context) -> boost::asio::awaitable<response> {
    co_return json_response(200, boost::json::object{{"user", number_of(context.caller().user)}});
  };
  routes.add({method::get, "/for/guest", permission::use_session, body_rule::none, 0, who});
  routes.add({method::get, "/for/user", permission::create_rooms, body_rule::none, 0, who});
  routes.add({method::get, "/for/admin", permission::manage_users, body_rule::none, 0, who});
}

struct roles_fixture : edge_fixture {
  explicit roles_fixture(unsigned threads = 1) : edge_fixture{options_with(threads), add_routes} {}
  static edge_options options_with(unsigned threads) {
    auto options = small_options();
    options.threads = threads;
    return options;
  }
  unsigned status(std::string_view path, const std::string& token) {
    return connect().ask(get(path, "Authorization: Bearer " + token + "\r\n")).status;
  }
};

} // namespace

TEST_CASE("routes are for the roles they name and above") {
  roles_fixture edge;
  CHECK(edge.status("/for/guest", "guest.1") == 200);
  CHECK(edge.status("/for/user", "guest.1") == 403);
  CHECK(edge.status("/for/user", "user.2") == 200);
  CHECK(edge.status("/for/admin", "user.2") == 403);
  CHECK(edge.status("/for/admin", "admin.3") == 200);
  CHECK(edge.status("/for/guest", "forged.1") == 401);
}

TEST_CASE("a refusal for want of a right is told to the auth actor, with what was tried") {
  roles_fixture edge;
  CHECK(edge.status("/for/admin", "user.2") == 403);
  CHECK(edge.status("/for/user", "user.2") == 200);
  CHECK(edge.status("/for/user", "forged.1") == 401);
  CHECK(eventually([&] { return !edge.log->with([](node_log& seen) { return seen.refused.empty(); }); }));
  CHECK(edge.log->with([](node_log& seen) { return seen.refused; }) == std::vector<std::string>{"GET /for/admin"});
}

TEST_CASE("who says nothing, or nonsense, is not let in") {
  roles_fixture edge;
  auto client = edge.connect();
  for (auto header :
       {"", "Authorization: Bearer\r\n", "Authorization: Bearer \r\n", "Authorization: Basic dXNlcjox\r\n",
        "Authorization: user.1\r\n", "Authorization: Bearer  , user.1\r\n"}) {
    auto reply = client.ask(get("/for/guest", header));
    CHECK(reply.status == 401);
    CHECK(reply.header("WWW-Authenticate") == "Bearer");
  }
  CHECK(client.ask(get("/for/guest", "authorization: bEaReR user.1\r\n")).status == 200);
}

TEST_CASE("a token is verified once, and its revocation and expiry are seen at every use") {
  roles_fixture edge;
  for (int i = 0; i < 5; ++i)
    CHECK(edge.status("/for/user", "user.4") == 200);
  CHECK(edge.log->identified == 1);
  session_id session;
  session.bytes[15] = '4';
  edge.revoked->revoke(session, {});
  CHECK(edge.status("/for/user", "user.4") == 401);
  CHECK(edge.log->identified == 2); // for the reason of its end
  edge.log->auth_fails = true;
  CHECK(edge.status("/for/user", "user.4") == 401); // for want of one it is still no yes
  edge.log->auth_fails = false;
  CHECK(edge.log->identified == 3);
  CHECK(edge.status("/for/user", "user.5.300") == 200);
  CHECK(eventually([&] { return edge.status("/for/user", "user.5.300") == 401; }));
  CHECK(edge.log->identified == 4);
}

TEST_CASE("what is remembered of a token is asked again after its time") {
  auto options = edge_fixture::small_options();
  options.threads = 1;
  options.token_memory = std::chrono::milliseconds{200};
  edge_fixture edge{options, add_routes};
  auto status = [&] { return edge.connect().ask(get("/for/user", "Authorization: Bearer user.9\r\n")).status; };
  CHECK(status() == 200);
  edge.log->auth_fails = true;
  CHECK(eventually([&] { return status() == 503; })); // never a yes by memory alone
  edge.log->auth_fails = false;
  CHECK(status() == 200);
}

TEST_CASE("a store that does not answer is never a yes") {
  roles_fixture edge;
  edge.log->auth_fails = true;
  CHECK(edge.status("/for/user", "user.6") == 503);
  edge.log->auth_fails = false;
  CHECK(edge.status("/for/user", "user.6") == 200);
}

TEST_CASE("the log names the user, never the token") {
  roles_fixture edge;
  CHECK(edge.status("/for/user", "user.8") == 200);
  auto lines = edge.log->with([](node_log& seen) { return seen.lines; });
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == "GET /for/user 200 7");
}

TEST_CASE("an actor that is silent or gone becomes an error, and others are served meanwhile") {
  auto silent = std::make_shared<notifier_actor>();
  auto add = [silent](router& routes) {
    routes.add({method::get, "/notify", permission::none, body_rule::none, 0,
                [silent](request_context& context) -> boost::asio::awaitable<response> {
                  notify_by_mail request{{}, "subject", "body", {}};
                  auto result = co_await ask<done>(*silent, std::chrono::milliseconds{300}, request);
                  co_return result ? no_content() : problem(result.error(), context.request_id());
                }});
  };
  auto options = edge_fixture::small_options();
  options.threads = 1;
  edge_fixture edge{options, add};
  *silent = edge.system.spawn([](notifier_actor::pointer self) -> notifier_actor::behavior_type {
    auto held = std::make_shared<std::vector<caf::typed_response_promise<done>>>();
    return {[self, held](const notify_by_mail&) -> caf::result<done> {
      held->push_back(self->make_response_promise<done>());
      return held->back();
    }};
  });
  auto waiting = edge.connect();
  waiting.send(get("/notify"));
  CHECK(edge.connect().ask(get("/hello")).status == 200); // on the same I/O thread
  CHECK(waiting.read_answer().status == 503);
  caf::anon_send_exit(*silent, caf::exit_reason::kill);
  CHECK(edge.connect().ask(get("/notify")).status == 503);
  *silent = nullptr;
}

TEST_CASE("stopping does not wait for an actor that does not answer") {
  auto silent = std::make_shared<notifier_actor>();
  auto options = edge_fixture::small_options();
  edge_fixture edge{options, [silent](router& routes) {
                      routes.add({method::get, "/notify", permission::none, body_rule::none, 0,
                                  [silent](request_context& context) -> boost::asio::awaitable<response> {
                                    notify_by_mail request{{}, "subject", "body", {}};
                                    auto result = co_await ask<done>(*silent, std::chrono::hours{1}, request);
                                    co_return problem(result.error(), context.request_id());
                                  }});
                    }};
  *silent = edge.system.spawn([](notifier_actor::pointer self) -> notifier_actor::behavior_type {
    auto held = std::make_shared<std::vector<caf::typed_response_promise<done>>>();
    return {[self, held](const notify_by_mail&) -> caf::result<done> {
      held->push_back(self->make_response_promise<done>());
      return held->back();
    }};
  });
  auto client = edge.connect();
  client.send(get("/notify"));
  CHECK(eventually([&] { return edge.server.gauges().http_connections == 1; }));
  edge.server.stop();
  CHECK(client.is_ended());
  caf::anon_send_exit(*silent, caf::exit_reason::kill); // it and the promise that it keeps hold each other
  *silent = nullptr;
}

#include <doctest/doctest.h>

#include <stdexcept>

#include "adapters/http/router.hpp"

using namespace callboard::http;
using callboard::permission;

namespace {

boost::asio::awaitable<response> nothing(request_context&) {
  co_return no_content();
}

router make_routes() {
  router routes;
  for (auto [verb, pattern] : std::initializer_list<std::pair<method, const char*>>{
           {method::get, "/rooms"},
           {method::post, "/rooms"},
           {method::get, "/rooms/{id}"},
           {method::remove, "/rooms/{id}"},
           {method::get, "/users/me"},
           {method::get, "/users/{id}"},
           {method::remove, "/users/{id}"},
           {method::put, "/rooms/{id}/messages/{offset}/reactions/{emoji}"},
           {method::get, "/.well-known/jwks.json"}})
    routes.add({verb, pattern, permission::none, body_rule::none, 0, nothing});
  return routes;
}

} // namespace

TEST_CASE("routes are found by method and path") {
  auto routes = make_routes();
  auto room = routes.match(method::get, "/rooms/42");
  REQUIRE(room.route);
  CHECK(room.pattern() == "/rooms/{id}");
  REQUIRE(room.parameters.size() == 1);
  CHECK(room.parameters[0] == std::pair<std::string, std::string>{"id", "42"});
  CHECK(routes.match(method::head, "/rooms").pattern() == "/rooms");
  CHECK(routes.match(method::get, "/.well-known/jwks.json").route);
  CHECK_FALSE(routes.match(method::get, "/rooms/").route);
  CHECK_FALSE(routes.match(method::get, "/rooms/1/").route);
  CHECK_FALSE(routes.match(method::get, "/ROOMS").route);
  CHECK_FALSE(routes.match(method::get, "/").route);
  CHECK(routes.match(method::get, "/nothing").allow.empty());
  CHECK(routes.match(method::get, "/nothing").pattern() == "(none)");
}

TEST_CASE("a literal segment wins over a parameter") {
  auto routes = make_routes();
  CHECK(routes.match(method::get, "/users/me").pattern() == "/users/me");
  CHECK(routes.match(method::get, "/users/7").pattern() == "/users/{id}");
  CHECK(routes.match(method::remove, "/users/me").pattern() == "/users/{id}");
}

TEST_CASE("a known path with another method names the methods it has") {
  auto routes = make_routes();
  auto found = routes.match(method::patch, "/rooms/1");
  CHECK_FALSE(found.route);
  CHECK(found.allow == "GET, HEAD, DELETE");
  CHECK(routes.match(method::other, "/rooms").allow == "GET, HEAD, POST");
}

TEST_CASE("parameters are decoded after the path is split") {
  auto routes = make_routes();
  auto found = routes.match(method::put, "/rooms/1/messages/2/reactions/%F0%9F%91%8D");
  REQUIRE(found.route);
  CHECK(found.parameters[2].second == "\xf0\x9f\x91\x8d");
  auto slash = routes.match(method::get, "/rooms/a%2Fb");
  REQUIRE(slash.route);
  CHECK(slash.parameters[0].second == "a/b");
  for (auto path : {"/rooms/%", "/rooms/%2", "/rooms/%zz", "/rooms/%00", "/rooms/%ff", "/rooms/%c0%af"})
    CHECK_FALSE(routes.match(method::get, path).route);
}

TEST_CASE("a route declared twice is a mistake of the program") {
  auto routes = make_routes();
  CHECK_THROWS_AS(routes.add({method::get, "/rooms", permission::none, body_rule::none, 0, nothing}), std::logic_error);
  CHECK_THROWS_AS(routes.add({method::get, "/other", permission::none, body_rule::none, 0, {}}), std::logic_error);
}

TEST_CASE("percent-decoding") {
  std::string text;
  CHECK(percent_decode("a%20b+c", text));
  CHECK(text == "a b+c");
  CHECK(percent_decode("a%20b+c", text, true));
  CHECK(text == "a b c");
  CHECK_FALSE(percent_decode("%u0041", text));
}

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "adapters/http/rest/routes.hpp"

using namespace callboard::http;
using namespace callboard::http::rest;

namespace {

router all_routes() {
  router routes;
  CHECK_FALSE(add_routes(routes, {}));
  return routes;
}

const route& find(const router& routes, method verb, std::string_view pattern) {
  auto found = std::find_if(routes.routes().begin(), routes.routes().end(),
                            [&](const auto& each) { return each->method == verb && each->pattern == pattern; });
  REQUIRE(found != routes.routes().end());
  return **found;
}

} // namespace

TEST_CASE("only what must be is open to anyone") {
  auto routes = all_routes();
  std::set<std::string> open;
  for (const auto& each : routes.routes())
    if (each->access == access::anyone)
      open.insert(each->pattern);
  CHECK(open == std::set<std::string>{"/.well-known/jwks.json", "/auth/email/verify", "/auth/guest", "/auth/login",
                                      "/auth/password/forgot", "/auth/password/reset", "/auth/refresh",
                                      "/auth/refresh_token", "/auth/register", "/livez", "/metrics", "/readyz"});
}

TEST_CASE("administration is for admins") {
  auto routes = all_routes();
  for (const auto& each : routes.routes())
    if (each->pattern.starts_with("/admin"))
      CHECK(each->access == access::admin);
  CHECK(find(routes, method::get, "/admin/mail").access == access::admin);
  CHECK(find(routes, method::get, "/admin/analytics").access == access::admin);
}

TEST_CASE("guests make nothing of their own") {
  auto routes = all_routes();
  for (auto [verb, pattern] : {std::pair{method::post, "/rooms"}, std::pair{method::patch, "/rooms/{id}"},
                               std::pair{method::remove, "/rooms/{id}"}, std::pair{method::post, "/rooms/{id}/members"},
                               std::pair{method::post, "/reminders"}, std::pair{method::get, "/reminders"},
                               std::pair{method::get, "/users"}, std::pair{method::patch, "/users/me"}})
    CHECK(find(routes, verb, pattern).access == access::user);
  CHECK(find(routes, method::post, "/rooms/{id}/messages").access == access::guest);
}

TEST_CASE("every changing route says whether it takes a body") {
  auto routes = all_routes();
  for (const auto& each : routes.routes()) {
    CAPTURE(each->pattern);
    if (each->method == method::get || each->method == method::remove)
      CHECK(each->body == body_rule::none);
    if (each->method == method::patch || each->method == method::put)
      CHECK(each->body == body_rule::required);
    if (each->method == method::post)
      CHECK(each->body != body_rule::none);
  }
}

TEST_CASE("a network that is none is told") {
  router routes;
  rest_options options;
  options.admin_networks = {"10.0.0.0/99"};
  auto failure = add_routes(routes, std::move(options));
  REQUIRE(failure);
  CHECK(callboard::context_of(failure).detail.find("10.0.0.0/99") != std::string::npos);
}

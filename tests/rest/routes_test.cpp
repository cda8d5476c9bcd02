#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "actors/core/permissions.hpp"
#include "adapters/http/rest/routes.hpp"

using namespace callboard;
using namespace callboard::http;
using namespace callboard::http::rest;

namespace {

router all_routes() {
  router routes;
  add_routes(routes, {});
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
    if (each->needs == permission::none)
      open.insert(each->pattern);
  CHECK(open == std::set<std::string>{"/.well-known/jwks.json", "/auth/email/verify", "/auth/guest", "/auth/login",
                                      "/auth/password/forgot", "/auth/password/reset", "/auth/refresh",
                                      "/auth/refresh_token", "/auth/register", "/livez", "/metrics", "/readyz"});
}

TEST_CASE("administration is for admins") {
  auto routes = all_routes();
  for (const auto& each : routes.routes())
    if (each->pattern.starts_with("/admin"))
      for (auto who : {role::guest, role::user, role::admin})
        CHECK(core::may(who, each->needs) == (who == role::admin));
  CHECK(find(routes, method::get, "/admin/mail").needs == permission::read_caught_mail);
  CHECK(find(routes, method::get, "/admin/audit").needs == permission::read_audit);
}

TEST_CASE("guests make nothing of their own") {
  auto routes = all_routes();
  for (auto [verb, pattern] : {std::pair{method::post, "/rooms"}, std::pair{method::patch, "/rooms/{id}"},
                               std::pair{method::remove, "/rooms/{id}"}, std::pair{method::post, "/rooms/{id}/members"},
                               std::pair{method::post, "/reminders"}, std::pair{method::get, "/reminders"},
                               std::pair{method::get, "/users"}, std::pair{method::patch, "/users/me"}})
    CHECK_FALSE(core::may(role::guest, find(routes, verb, pattern).needs));
  CHECK(core::may(role::guest, find(routes, method::post, "/rooms/{id}/messages").needs));
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

TEST_CASE("administration is there for the operators' networks alone, everything else for everybody") {
  router routes;
  rest_options options;
  std::string problem;
  REQUIRE(options.operators.set({"10.1.0.0/16"}, problem));
  add_routes(routes, std::move(options));
  for (const auto& each : routes.routes()) {
    CAPTURE(each->pattern);
    auto seen = [&](std::string_view address) { return routes.match(each->method, each->pattern, address); };
    CHECK(seen("10.1.2.3").route == each.get());
    CHECK(seen("127.0.0.1").route == each.get());
    auto is_hidden = each->pattern.starts_with("/admin/");
    for (auto address : {"10.2.0.1", "2001:db8::/64", ""}) {
      CHECK((seen(address).route == nullptr) == is_hidden);
      CHECK(routes.match(method::other, each->pattern, address).allow.empty() == is_hidden);
    }
  }
}

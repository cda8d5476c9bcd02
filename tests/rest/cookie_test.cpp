#include <doctest/doctest.h>

#include "adapters/http/rest/session_cookie.hpp"
#include "tests/rest/rest_support.hpp"

using namespace callboard::http;
using namespace callboard::http::rest;
using test::made_request;

namespace {

std::string cookie_for(std::string host, std::string_view public_url, std::string_view token, std::int64_t seconds) {
  made_request request{{{"host", std::move(host)}}};
  response answer;
  set_session_cookie(answer, request.context, public_url, token, seconds);
  REQUIRE(answer.headers.size() == 1);
  CHECK(answer.headers[0].first == "Set-Cookie");
  return answer.headers[0].second;
}

} // namespace

TEST_CASE("the plain cookie name serves loopback hosts over http alone") {
  for (auto host : {"localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:8080", "127.1.2.3:80", "[::1]:8080", "[::1]",
                    "chat.localhost:80"}) {
    CAPTURE(host);
    CHECK_FALSE(needs_secure_cookie("", host));
    CHECK_FALSE(needs_secure_cookie("http://127.0.0.1:8080", host));
    CHECK(needs_secure_cookie("https://chat.example.com", host));
  }
  for (auto host :
       {"", "example.com", "127.0.0.1.evil.example", "127.evil", "localhost.evil.example", "10.0.0.1:8080", "[::2]:80",
        "[::1", "evil.example:127.0.0.1", "notlocalhost", "[::1]evil", "localhost:evil", "127...", "127.999.1.1"}) {
    CAPTURE(host);
    CHECK(needs_secure_cookie("", host));
  }
}

TEST_CASE("the cookie has every attribute that keeps it") {
  CHECK(cookie_for("127.0.0.1:8080", "", "secret", 2'592'000) ==
        "callboard=secret; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000");
  CHECK(cookie_for("chat.example.com", "https://chat.example.com", "secret", 60) ==
        "__Host-callboard=secret; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure");
  CHECK(cookie_for("127.0.0.1", "", "", -5) == "callboard=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

TEST_CASE("the cookie is read by the name that was set") {
  made_request plain{{{"host", "127.0.0.1"}, {"cookie", "a=b; callboard=one; __Host-callboard=two"}}};
  CHECK(read_session_cookie(plain.context, "") == "one");
  CHECK(read_session_cookie(plain.context, "https://chat.example.com") == "two");
  made_request none{{{"host", "127.0.0.1"}, {"cookie", "xcallboard=one; callboard2=two"}}};
  CHECK(read_session_cookie(none.context, "").empty());
}

TEST_CASE("the cookie of a device has a name of its own") {
  response answer;
  made_request local{
      {{"host", "127.0.0.1"}, {"cookie", "callboard=one; callboard-device=two; __Host-callboard-device=3"}}};
  CHECK(read_device_cookie(local.context, "") == "two");
  CHECK(read_device_cookie(local.context, "https://chat.example.com") == "3");
  set_device_cookie(answer, local.context, "https://chat.example.com", "token", 60);
  REQUIRE(answer.headers.size() == 1);
  CHECK(answer.headers[0].second ==
        "__Host-callboard-device=token; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure");
}

TEST_CASE("a cookie is cleared only where there is one") {
  response answer;
  made_request without{{{"host", "127.0.0.1"}}};
  clear_session_cookie(answer, without.context, "");
  CHECK(answer.headers.empty());
  made_request with{{{"host", "127.0.0.1"}, {"cookie", "callboard=one"}}};
  clear_session_cookie(answer, with.context, "");
  REQUIRE(answer.headers.size() == 1);
  CHECK(answer.headers[0].second.find("Max-Age=0") != std::string::npos);
}

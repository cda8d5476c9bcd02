#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <caf/sec.hpp>

#include "adapters/http/problem.hpp"
#include "adapters/http/response_head.hpp"

using namespace callboard;
using namespace callboard::http;

namespace {

std::string value_of(const response& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers)
    if (key == name)
      return value;
  return {};
}

} // namespace

TEST_CASE("an error becomes a problem document") {
  auto answer = problem(make_failure(errc::unknown_members, "Nobody is called zed",
                                     {{"/members/1", "unknown_user", "zed does not exist"}}),
                        "req-1");
  CHECK(answer.status == 422);
  CHECK(answer.content_type == "application/problem+json");
  auto document = boost::json::parse(answer.body).as_object();
  CHECK(document.at("code").as_string() == "unknown_members");
  CHECK(document.at("status").as_int64() == 422);
  CHECK(document.at("detail").as_string() == "Nobody is called zed");
  CHECK(document.at("request_id").as_string() == "req-1");
  CHECK(document.at("type").as_string() == "urn:callboard:problem:unknown_members");
  CHECK_FALSE(document.at("title").as_string().empty());
  CHECK(document.at("errors").at(0).at("pointer").as_string() == "/members/1");
}

TEST_CASE("a problem document is JSON whatever bytes the error holds") {
  auto answer = problem(make_failure(errc::validation_failed, "caf\xe9", {{"/a\xff", "code", "\xc3"}}), "r");
  auto document = boost::json::parse(answer.body).as_object();
  CHECK(document.at("detail").as_string() == "caf\uFFFD");
  CHECK(document.at("errors").at(0).at("pointer").as_string() == "/a\uFFFD");
  CHECK(document.at("errors").at(0).at("detail").as_string() == "\uFFFD");
}

TEST_CASE("what failed inside stays inside") {
  auto answer = problem(make_failure(errc::internal, "password=hunter2"), "r");
  CHECK(answer.status == 500);
  CHECK(answer.body.find("hunter2") == std::string::npos);
}

TEST_CASE("temporary errors say when to come back, and 401 how to come in") {
  CHECK(value_of(problem(errc::too_many_requests, {}, "r"), "Retry-After") == "5");
  CHECK(value_of(problem(errc::overloaded, {}, "r"), "Retry-After") == "1");
  CHECK(value_of(problem(errc::unauthorized, {}, "r"), "WWW-Authenticate") == "Bearer");
  CHECK(value_of(problem(errc::not_found, {}, "r"), "Retry-After").empty());
  // What may not be seen is not there, in every byte.
  CHECK(problem(make_failure(errc::hidden, "a secret"), "r").status == 404);
  CHECK(problem(make_failure(errc::hidden, "a secret"), "r").body == problem(errc::not_found, "another", "r").body);
  CHECK(problem(caf::make_error(caf::sec::request_timeout), "r").status == 503);
  CHECK(problem(caf::make_error(caf::sec::request_receiver_down), "r").status == 503);
  CHECK(problem(caf::make_error(caf::sec::runtime_error), "r").status == 500);
}

TEST_CASE("every answer carries the security headers, and no header can split it") {
  auto answer = json_response(200, boost::json::object{});
  answer.with("X-Good", "yes").with("X-Bad", "a\r\nSet-Cookie: b=1");
  auto head = write_response_head(answer, "id-1", true, false);
  for (std::string_view line :
       {"HTTP/1.1 200 OK\r\n", "Content-Length: 2\r\n", "Content-Type: application/json\r\n", "X-Request-Id: id-1\r\n",
        "X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: no-referrer\r\n", "frame-ancestors 'none'; ",
        "Cache-Control: no-store\r\n", "X-Good: yes\r\n", "Connection: keep-alive\r\n",
        "Content-Security-Policy: default-src 'none'; script-src 'self';", " GMT\r\n"})
    CHECK(head.find(line) != std::string::npos);
  CHECK(head.find("Set-Cookie") == std::string::npos);
  CHECK(head.find("unsafe-inline") == std::string::npos);
  CHECK(head.find("connect-src 'self'\r\n") != std::string::npos);
  CHECK(write_response_head(answer, "id", true, false, "wss://chat.example")
            .find("connect-src 'self' wss://chat.example\r\n") != std::string::npos);
  CHECK(head.ends_with("\r\n\r\n"));
  auto empty = write_response_head(no_content(), "id", false, false);
  CHECK(empty.find("Content-Length") == std::string::npos);
  CHECK(empty.find("Connection: close") != std::string::npos);
}

TEST_CASE("browsers are told to insist on TLS only by a server that is reached by it") {
  CHECK(write_response_head(no_content(), "id", true, false).find("Strict-Transport") == std::string::npos);
  CHECK(write_response_head(no_content(), "id", true, true).find("Strict-Transport-Security: max-age=31536000\r\n") !=
        std::string::npos);
}

#include "bin/callboard-cli/backoff.hpp"
#include "bin/callboard-cli/endpoint.hpp"

#include <doctest/doctest.h>

using namespace callboard::cli;

TEST_CASE("addresses of servers are read") {
  const auto plain = parse_endpoint("http://127.0.0.1:8080");
  REQUIRE(plain.has_value());
  CHECK_FALSE(plain->secure);
  CHECK(plain->host == "127.0.0.1");
  CHECK(plain->port == "8080");
  CHECK(plain->base_path.empty());
  CHECK(plain->authority() == "127.0.0.1:8080");

  const auto secure = parse_endpoint("https://chat.example.com/board/");
  REQUIRE(secure.has_value());
  CHECK(secure->secure);
  CHECK(secure->port == "443");
  CHECK(secure->base_path == "/board");
  CHECK(secure->authority() == "chat.example.com");

  const auto six = parse_endpoint("http://[::1]:8080/");
  REQUIRE(six.has_value());
  CHECK(six->host == "::1");
  CHECK(six->authority() == "[::1]:8080");
}

TEST_CASE("what is not the address of a server is refused") {
  for (const char* url :
       {"", "localhost", "127.0.0.1:8080", "ftp://a", "ws://a", "http://", "http://a:b@c", "http://a?x", "http://a#x",
        "http://a:0", "http://a:99999", "http://a b", "http://a:80x", "http://a%0d%0aX-Header%3a%20y", "http://a%80",
        "http://a%2fb", "http://*", "http://[v1.a:b]"}) {
    CAPTURE(url);
    CHECK_FALSE(parse_endpoint(url).has_value());
  }
}

TEST_CASE("pauses double up to a bound and jitter only shortens them, to a half at most") {
  backoff longest;
  backoff shortest;
  auto expected = backoff::shortest;
  for (int attempt = 0; attempt < 12; ++attempt) {
    CHECK(longest.next(0.0) == expected);
    CHECK(shortest.next(1.0) == expected / 2);
    expected = std::min(expected * 2, backoff::longest);
  }
  longest.reset();
  CHECK(longest.next(0.0) == backoff::shortest);
}

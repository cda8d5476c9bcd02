#include <doctest/doctest.h>

#include "adapters/redis/url.hpp"

using namespace callboard::redis;

namespace {

address good(std::string_view url) {
  auto parsed = parse_url(url);
  CAPTURE(url);
  REQUIRE(std::holds_alternative<address>(parsed));
  return std::get<address>(parsed);
}

std::string fault(std::string_view url) {
  auto parsed = parse_url(url);
  CAPTURE(url);
  REQUIRE(std::holds_alternative<std::string>(parsed));
  return std::get<std::string>(parsed);
}

} // namespace

TEST_CASE("a Redis URL names host, port, user, password and database") {
  auto full = good("redis://cache:s3%2Fcr%40t@redis.example.com:6380/7");
  CHECK(full.host == "redis.example.com");
  CHECK(full.port == 6380);
  CHECK(full.user == "cache");
  CHECK(full.password == "s3/cr@t");
  CHECK(full.database == 7);
  auto least = good("redis://localhost");
  CHECK(least.host == "localhost");
  CHECK(least.port == 6379);
  CHECK(least.user.empty());
  CHECK(least.password.empty());
  CHECK(good("redis://localhost/").database == 0);
  CHECK(good("redis://:word@localhost:1").password == "word");
  CHECK(good("redis://:word@localhost:1").user.empty());
  CHECK(good("redis://[::1]:6379/2").host == "::1");
  CHECK(good("redis://[::1]").port == 6379);
}

TEST_CASE("what is wrong with a Redis URL is said without its password") {
  CHECK(fault("rediss://:hidden@host:1").find("TLS") != std::string::npos);
  for (auto url : {"",
                   "host:6379",
                   "http://host",
                   "redis://",
                   "redis://:1",
                   "redis://host:",
                   "redis://host:0",
                   "redis://host:65536",
                   "redis://host:1x",
                   "redis://host/x",
                   "redis://host/-1",
                   "redis://host/65536",
                   "redis://hidden@host",
                   "redis://:@host",
                   "redis://:hid%zzden@host",
                   "redis://:hid%4@host",
                   "redis://[::1",
                   "redis://[::1]6379",
                   "redis://host:1/2?hidden=1",
                   "rediss://:hidden@host"}) {
    auto sentence = fault(url);
    CAPTURE(sentence);
    CHECK_FALSE(sentence.empty());
    CHECK(sentence.find("hidden") == std::string::npos);
  }
}

TEST_CASE("an URL as an option may be absent, but not wrong") {
  CHECK(check_url("").empty());
  CHECK(check_url("redis://:secret@redis.example.com").empty());
  CHECK(check_url("redis://:secret@redis.example.com:0") == fault("redis://:secret@redis.example.com:0"));
}

#include "bin/callboard-load/endpoint.hpp"
#include "bin/callboard-load/handshake.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace callboard::load;
using state = upgrade_answer::state;

TEST_CASE("the accept value of RFC 6455, section 1.3") {
  CHECK(accept_value("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("an answer to the upgrade is read byte by byte and leaves what follows") {
  const std::string answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nsec-websocket-ACCEPT:  abc= \r\n"
      "Connection: Upgrade\r\n\r\n";
  for (std::size_t size = 0; size < answer.size(); ++size)
    CHECK(read_upgrade_answer(answer.substr(0, size), "abc=").status == state::incomplete);
  const upgrade_answer whole = read_upgrade_answer(answer + "frames", "abc=");
  REQUIRE(whole.status == state::accepted);
  CHECK(whole.size == answer.size());
}

TEST_CASE("answers that refuse the upgrade") {
  const upgrade_answer forbidden = read_upgrade_answer("HTTP/1.1 403 Forbidden\r\n\r\n", "abc=");
  CHECK(forbidden.status == state::refused);
  CHECK(forbidden.why.find("403 Forbidden") != std::string::npos);
  const std::string start = "HTTP/1.1 101 Switching Protocols\r\n";
  CHECK(read_upgrade_answer(start + "Sec-WebSocket-Accept: other\r\n\r\n", "abc=").status == state::refused);
  CHECK(read_upgrade_answer(start + "X: 1\r\n\r\n", "abc=").status == state::refused);
  CHECK(read_upgrade_answer(std::string(9000, 'x'), "abc=").status == state::refused);
}

TEST_CASE("endpoints") {
  const auto found = resolve("ws://127.0.0.1:8080/connection/websocket?x=1");
  REQUIRE(std::holds_alternative<endpoint>(found));
  const endpoint& server = std::get<endpoint>(found);
  CHECK(server.host == "127.0.0.1:8080");
  CHECK(server.target == "/connection/websocket?x=1");
  CHECK(ntohs(server.address.sin_port) == 8080);
  CHECK(server.loopback);
  CHECK(std::get<endpoint>(resolve("ws://127.0.0.1")).target == "/");
  CHECK_FALSE(std::get<endpoint>(resolve("ws://192.0.2.1:1/")).loopback);
  for (const char* bad :
       {"", "http://127.0.0.1/", "wss://", "wss:///", "ws://", "ws://:80/", "ws://127.0.0.1:/", "ws://127.0.0.1:8x/"}) {
    CAPTURE(bad);
    const auto refused = resolve(bad);
    REQUIRE(std::holds_alternative<failure>(refused));
    CHECK(std::get<failure>(refused).code == exit_code::usage);
  }
  CHECK(is_loopback_http("http://127.0.0.1:80"));
  CHECK_FALSE(is_loopback_http("http://192.0.2.1"));
  CHECK(is_loopback_http("https://127.0.0.1"));
  CHECK_FALSE(is_loopback_http("ftp://127.0.0.1"));
  const auto secure = std::get<endpoint>(resolve("wss://127.0.0.1/ws"));
  CHECK(secure.secure);
  CHECK(secure.name == "127.0.0.1");
  CHECK(ntohs(secure.address.sin_port) == 443);
  CHECK_FALSE(server.secure);
}

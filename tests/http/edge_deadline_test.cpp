#include <doctest/doctest.h>

#include "tests/http/edge_fixture.hpp"

using namespace callboard;
using namespace callboard::http;
using namespace callboard::http::test;

namespace {

using std::chrono::milliseconds;

// Short, but long enough for a client of a busy machine to do in time what a test wants done in time.
edge_options quick() {
  auto options = edge_fixture::small_options();
  options.header_timeout = milliseconds{2'000};
  options.body_timeout = milliseconds{2'000};
  options.idle_timeout = milliseconds{2'000};
  options.ping_interval = milliseconds{1'000};
  options.pong_timeout = milliseconds{2'500};
  options.connect_timeout = milliseconds{2'000};
  options.close_timeout = milliseconds{300};
  return options;
}

} // namespace

TEST_CASE("a slow header is cut with 408, a connection without any request without a word") {
  edge_fixture edge{quick()};
  auto silent = edge.connect();
  auto slow = edge.connect();
  slow.send("GET /hello HTTP/1.1\r\nHo");
  auto answer = slow.read_answer();
  CHECK(answer.status == 408);
  CHECK(answer.header("Connection") == "close");
  CHECK(slow.is_ended());
  CHECK(silent.is_ended());
  CHECK(eventually([&] { return edge.server.gauges().http_connections == 0; }));
}

TEST_CASE("a header that drips is cut all the same") {
  edge_fixture edge{quick()};
  auto client = edge.connect();
  auto request = get("/hello", "X-A: " + std::string(2000, 'x') + "\r\n");
  std::size_t sent = 0;
  // Each byte is progress, but the deadline is the header's.
  CHECK(eventually([&] {
    client.send(std::string_view{request}.substr(sent++ % 2000, 1));
    return edge.server.gauges().http_connections == 0;
  }));
}

TEST_CASE("a slow body is cut with 408") {
  edge_fixture edge{quick()};
  auto client = edge.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{");
  CHECK(client.read_answer().status == 408);
  CHECK(client.is_ended());
}

TEST_CASE("keep-alive without a request ends") {
  edge_fixture edge{quick()};
  auto client = edge.connect();
  CHECK(client.ask(get("/hello")).status == 200);
  CHECK(client.is_ended());
}

TEST_CASE("no first command, or no authentication, closes with 3501") {
  auto options = quick();
  options.ping_interval = milliseconds{10'000};
  edge_fixture edge{options};
  auto silent = edge.connect();
  REQUIRE(silent.upgrade() == 101);
  auto unknown = edge.connect();
  REQUIRE(unknown.upgrade() == 101);
  unknown.send_text("echo who am I");
  CHECK(silent.read_close() == 3501);
  CHECK(unknown.read_close() == 3501);
}

TEST_CASE("who answers pings stays, who does not is closed with 3012") {
  edge_fixture edge{quick()};
  auto alive = edge.connect_websocket();
  auto dead = edge.connect_websocket();
  for (int i = 0; i < 5; ++i) {
    auto ping = alive.read_frame();
    REQUIRE(ping);
    REQUIRE(ping->opcode == 1);
    CHECK(ping->payload == "{}");
    alive.send_text("{}");
  }
  CHECK(dead.read_close() == 3012);
  alive.send_text("echo still here");
  CHECK(alive.read_text() == "still here");
}

TEST_CASE("a connection whose token expires is closed with 3005 unless it is refreshed") {
  auto options = quick();
  options.ping_interval = milliseconds{10'000};
  edge_fixture edge{options};
  auto client = edge.connect();
  REQUIRE(client.upgrade() == 101);
  client.send_text("connect-for 3000");
  CHECK(client.read_text() == "connected");
  auto refreshed = edge.connect();
  REQUIRE(refreshed.upgrade() == 101);
  refreshed.send_text("connect-for 3000");
  CHECK(refreshed.read_text() == "connected");
  refreshed.send_text("connect-for 3600000");
  CHECK(refreshed.read_text() == "connected");
  CHECK(client.read_close() == 3005);
  refreshed.send_text("echo here");
  CHECK(refreshed.read_text() == "here");
}

TEST_CASE("a peer that does not finish the closing handshake is cut off") {
  auto options = quick();
  options.ping_interval = milliseconds{10'000};
  edge_fixture edge{options};
  auto client = edge.connect_websocket();
  client.send_text("close 3503");
  CHECK(client.read_close() == 3503);
  CHECK(client.is_ended());
  CHECK(edge.log->closed == 1);
}

TEST_CASE("a paused socket is not taken for one without pong") {
  auto options = quick();
  options.max_unanswered_commands = 1;
  edge_fixture edge{options};
  auto client = edge.connect_websocket();
  auto to = edge.latest();
  client.send_text("held");
  // Two pings of another connection take longer than this one's pong would have had time for.
  auto other = edge.connect_websocket();
  for (int i = 0; i < 4; ++i) {
    REQUIRE(other.read_frame());
    other.send_text("{}");
  }
  edge.server.outlet()->send(to, edge_fixture::text("answer"), 1);
  CHECK(client.read_text() == "answer");
}

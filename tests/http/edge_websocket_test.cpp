#include <doctest/doctest.h>

#include "tests/http/edge_fixture.hpp"

using namespace callboard;
using namespace callboard::http;
using namespace callboard::http::test;

TEST_CASE("handshakes over the wire") {
  edge_fixture edge;
  for (auto path : {"/connection/websocket", "/ws", "/ws?format=json"})
    CHECK(edge.connect().upgrade(path) == 101);
  CHECK(edge.connect().upgrade("/elsewhere") == 404);
  CHECK(edge.connect().upgrade("/ws", "Origin: https://evil.example\r\n") == 403);
  CHECK(edge.connect().upgrade("/ws", std::string{"Origin: "} + (over_tls() ? "https" : "http") + "://localhost\r\n") ==
        101);
  auto plain = edge.connect();
  auto answer = plain.ask(get("/ws"));
  CHECK(answer.status == 426);
  CHECK(answer.header("Upgrade") == "websocket");
  CHECK(plain.ask(get("/hello")).status == 200);
}

TEST_CASE("commands go to the session in order, answers come back") {
  edge_fixture edge;
  auto client = edge.connect_websocket();
  CHECK(client.send_text("echo 1\necho 2\n{}\necho 3"));
  for (auto expected : {"1", "2", "3"})
    CHECK(client.read_text() == expected);
  CHECK(edge.server.gauges().websocket_connections == 1);
}

TEST_CASE("bytes that came behind the handshake are not lost") {
  edge_fixture edge;
  auto client = edge.connect();
  client.send(
      "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      socket_client::make_frame(1, "echo early"));
  CHECK(client.read_answer().status == 101);
  CHECK(client.read_text() == "early");
}

TEST_CASE("frames split at every byte") {
  edge_fixture edge;
  auto client = edge.connect_websocket();
  auto bytes = socket_client::make_frame(1, "echo " + std::string(200, 'x')) + socket_client::make_frame(1, "echo y");
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    client.send(std::string_view{bytes}.substr(0, cut));
    client.send(std::string_view{bytes}.substr(cut));
    CHECK(client.read_text() == std::string(200, 'x'));
    CHECK(client.read_text() == "y");
  }
  for (auto c : bytes)
    client.send({&c, 1});
  CHECK(client.read_text() == std::string(200, 'x'));
  CHECK(client.read_text() == "y");
}

TEST_CASE("a frame at the bound passes, one above it closes with 3501") {
  edge_fixture edge;
  auto client = edge.connect_websocket();
  client.send_text("echo " + std::string(65536 - 5, 'x'));
  CHECK(client.read_text().size() == 65531);
  client.send_text("echo " + std::string(65537 - 5, 'x'));
  CHECK(client.read_close() == 3501);
}

TEST_CASE("too many commands in a frame, and what is not the protocol, close with 3501") {
  edge_fixture edge;
  auto most = edge.connect_websocket();
  std::string commands = "echo 0";
  for (int i = 1; i < 64; ++i)
    commands += "\necho " + std::to_string(i);
  most.send_text(commands);
  for (int i = 0; i < 64; ++i)
    CHECK(most.read_text() == std::to_string(i));
  most.send_text(commands + "\necho 64");
  CHECK(most.read_close() == 3501);
  auto odd = edge.connect_websocket();
  odd.send_text("violation");
  CHECK(odd.read_close() == 3501);
}

TEST_CASE("what RFC 6455 forbids closes with its codes") {
  edge_fixture edge;
  struct form {
    std::string bytes;
    std::uint16_t code;
  };
  for (const auto& [bytes, code] :
       {form{"\x81\x02{}", 1002}, form{socket_client::make_frame(2, "binary"), 1003},
        form{socket_client::make_frame(1, "\xff\xfe"), 1007}, form{socket_client::make_frame(3, "?"), 1002}}) {
    auto client = edge.connect_websocket();
    client.send(bytes);
    CHECK(client.read_close() == code);
    client.send(socket_client::make_frame(8, {}));
    CHECK(client.is_ended());
  }
  CHECK(eventually([&] { return edge.log->closed == 4; }));
}

TEST_CASE("a WebSocket ping is answered with its payload") {
  edge_fixture edge;
  auto client = edge.connect_websocket();
  client.send(socket_client::make_frame(9, "are you there"));
  auto pong = client.read_frame();
  REQUIRE(pong);
  CHECK(pong->opcode == 10);
  CHECK(pong->payload == "are you there");
}

TEST_CASE("the peer closes: its code comes back, the session hears of it once") {
  edge_fixture edge;
  auto client = edge.connect_websocket();
  client.send_text("echo last");
  client.send(socket_client::make_frame(8, "\x03\xe8"
                                           "bye"));
  client.send_text("echo too late");
  CHECK(client.read_close() == 1000);
  CHECK(client.is_ended());
  CHECK(eventually([&] { return edge.log->closed == 1; }));
  CHECK(eventually([&] { return edge.server.gauges().websocket_connections == 0; }));
  auto commands = edge.log->with([](node_log& seen) { return seen.commands; });
  CHECK(commands == std::vector<std::string>{"connect", "echo last"});
}

TEST_CASE("a peer that vanishes, with or without a reset, is noticed") {
  edge_fixture edge;
  for (int i = 0; i < 20; ++i) {
    auto client = edge.connect_websocket();
    if (i % 2)
      client.reset();
  }
  CHECK(eventually([&] { return edge.log->closed == 20; }));
  CHECK(eventually([&] { return edge.server.gauges().websocket_connections == 0; }));
}

TEST_CASE("the session closes: queued bytes first, then the close frame, then the socket ends") {
  edge_fixture edge;
  auto client = edge.connect_websocket();
  client.send_text("echo a\necho b\nclose 3503\necho c");
  CHECK(client.read_text() == "a");
  CHECK(client.read_text() == "b");
  auto close = client.read_frame();
  REQUIRE(close);
  CHECK(close->opcode == 8);
  CHECK(close->close_code() == 3503);
  CHECK(close->payload.substr(2) == "as asked");
  client.send(socket_client::make_frame(8, close->payload.substr(0, 2)));
  CHECK(client.is_ended());
  CHECK(eventually([&] { return edge.log->closed == 1; }));
}

TEST_CASE("a place that is used again is another connection") {
  auto options = edge_fixture::small_options();
  options.threads = 1;
  edge_fixture edge{options};
  connection_ref old;
  {
    auto first = edge.connect_websocket();
    old = edge.latest();
  }
  CHECK(eventually([&] { return edge.server.gauges().websocket_connections == 0; }));
  auto second = edge.connect_websocket();
  auto now = edge.latest();
  CHECK(now.slot == old.slot);
  CHECK(now.generation != old.generation);
  auto out = edge.server.outlet();
  out->send(old, edge_fixture::text("for the dead"), 0);
  out->send_page(old, edge_fixture::text("for the dead"), 0, 9);
  out->send_each(0, std::make_shared<const std::vector<connection_ref>>(std::vector{old}),
                 edge_fixture::text("for the dead"));
  out->close(old, close_code::force_disconnect, "dead");
  out->set_expiry(old, {});
  out->send({7, 0, 1}, edge_fixture::text("no such thread"), 0);
  out->send({0, 4'000'000'000u, 1}, edge_fixture::text("no such place"), 0);
  out->send(now, edge_fixture::text("for the living"), 0);
  CHECK(second.read_text() == "for the living");
  CHECK(edge.log->with([](node_log& seen) { return seen.drained.size(); }) == 0);
}

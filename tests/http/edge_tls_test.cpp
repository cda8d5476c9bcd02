#include <doctest/doctest.h>

#include <thread>

#include "tests/http/edge_fixture.hpp"

using namespace callboard;
using namespace callboard::http;
using namespace callboard::http::test;

namespace {

using std::chrono::milliseconds;

edge_options secure_options() {
  auto options = edge_fixture::small_options();
  options.certificate = test_certificate();
  return options;
}

constexpr std::string_view begun_hello = "\x16\x03\x01\x02\x00\x01";

} // namespace

TEST_CASE("TLS: requests and a WebSocket, and close_notify at the end of both") {
  auto options = secure_options();
  options.strict_transport = true;
  edge_fixture edge{options};
  auto client = edge.connect();
  auto first = client.ask(get("/hello"));
  CHECK(first.status == 200);
  CHECK(first.body == R"({"address":"127.0.0.1"})"); // the client's, not that of a pair of sockets
  CHECK_FALSE(first.header("Strict-Transport-Security").empty());
  client.send(get("/hello") + get("/hello", "Connection: close\r\n")); // together
  CHECK(client.read_answer().status == 200);
  CHECK(client.read_answer().status == 200);
  CHECK(client.is_ended());
  CHECK(client.was_notified());
  auto socket = edge.connect_websocket();
  socket.send_text("echo sealed");
  CHECK(socket.read_text() == "sealed");
  socket.send_text("close 3500");
  CHECK(socket.read_close() == 3500);
  socket.send(socket_client::make_frame(8, "\x0d\xac"));
  CHECK(socket.is_ended());
  CHECK(socket.was_notified());
}

TEST_CASE("TLS: a page of our own is one of https, and of no other scheme") {
  edge_fixture edge{secure_options()};
  CHECK(edge.connect().upgrade("/ws", "Origin: https://localhost\r\n") == 101);
  CHECK(edge.connect().upgrade("/ws", "Origin: http://localhost\r\n") == 403);
}

TEST_CASE("TLS: who has said everything still gets the answer, and who vanishes is noticed") {
  edge_fixture edge{secure_options()};
  auto client = edge.connect();
  client.send(get("/hello"));
  client.finish();
  CHECK(client.read_answer().status == 200);
  CHECK(client.is_ended());
  CHECK(client.was_notified());
  auto gone = edge.connect_websocket();
  gone.reset();
  CHECK(eventually([&] { return edge.log->closed == 1; }));
  auto cut = edge.connect_websocket();
  ::close(cut.descriptor()); // without close_notify
  CHECK(eventually([&] { return edge.log->closed == 2; }));
}

TEST_CASE("TLS: a client that does not read is seen as slow, and gets whole frames until then") {
  auto options = secure_options();
  options.socket_send_buffer = 16 * 1024;
  options.close_timeout = std::chrono::seconds{10};
  edge_fixture edge{options};
  auto client = edge.connect_websocket(8 * 1024);
  auto bytes = edge_fixture::text(std::string(1000, 'x'));
  for (int i = 0; i < 3000; ++i)
    edge.server.outlet()->send(edge.latest(), bytes, 0);
  CHECK(eventually([&] { return edge.server.gauges().slow_closed == 1; }));
  std::uint16_t code = 0;
  int whole = 0;
  for (; auto next = client.read_frame(); ++whole)
    if (next->opcode == 8) {
      code = next->close_code();
      break;
    }
  CHECK(code == 3008);
  CHECK(whole < 3000);
}

TEST_CASE("TLS: megabytes for a slow reader come whole and in order") {
  auto options = secure_options();
  options.socket_send_buffer = 16 * 1024;
  edge_fixture edge{options};
  auto client = edge.connect_websocket(8 * 1024);
  for (std::uint64_t token = 1; token <= 40; ++token)
    edge.server.outlet()->send_page(
        edge.latest(), edge_fixture::text(std::string(64 * 1024, static_cast<char>('A' + token))), 0, token);
  for (std::uint64_t token = 1; token <= 40; ++token)
    REQUIRE(client.read_text() == std::string(64 * 1024, static_cast<char>('A' + token)));
  CHECK(eventually([&] { return edge.log->with([](node_log& seen) { return seen.drained.size() == 40; }); }));
}

TEST_CASE("TLS: a client that takes nothing of an answer is cut") {
  auto options = secure_options();
  options.write_timeout = milliseconds{200};
  options.socket_send_buffer = 16 * 1024;
  edge_fixture edge{options, [](router& routes) {
                      routes.add({method::get, "/large", permission::none, body_rule::none, 0,
                                  [](request_context&) -> boost::asio::awaitable<response> {
                                    co_return text_response(200, "text/plain", std::string(64u << 10, 'x'));
                                  }});
                    }};
  auto client = edge.connect(4 * 1024);
  client.send(get("/large", "Connection: close\r\n")); // fits between the pair of sockets: its server is done with it
  edge.server.drain(std::chrono::seconds{20});
  CHECK(client.read_answer().body.size() < 64u << 10);
}

TEST_CASE("TLS: slow handshakes are cut, and count as connections meanwhile") {
  auto options = secure_options();
  options.handshake_timeout = milliseconds{6000};
  options.max_connections_per_address = 3;
  options.max_handshakes_per_address = 2;
  edge_fixture edge{options};
  socket_client slow[] = {socket_client{edge.server.port()}, socket_client{edge.server.port()}};
  for (auto& each : slow)
    each.send(begun_hello);
  socket_client third{edge.server.port()};
  CHECK(third.is_ended()); // a third handshake of this address
  for (auto& each : slow)
    CHECK(each.is_ended());
  // Each is counted once: three fit, a fourth does not, and its place is free when one of them has gone.
  auto one = edge.connect_websocket();
  auto two = edge.connect();
  auto three = edge.connect();
  CHECK(three.ask(get("/hello")).status == 200);
  socket_client four{edge.server.port()};
  CHECK(four.is_ended());
  CHECK(two.ask(get("/hello", "Connection: close\r\n")).status == 200);
  CHECK(two.is_ended());
  two.close();
  CHECK(eventually([&] { return edge.connect().ask(get("/hello")).status == 200; }));
}

TEST_CASE("TLS: what is no handshake is refused with a word, and others are served") {
  edge_fixture edge{secure_options()};
  socket_client plain{edge.server.port()};
  CHECK(plain.ask(get("/hello")).status == 400);
  CHECK(plain.is_ended());
  socket_client noise{edge.server.port()};
  noise.send("\x80\x01nonsense, and more of it");
  CHECK(noise.is_ended());
  CHECK(edge.connect().ask(get("/hello")).status == 200);
}

TEST_CASE("TLS: the drain ends when the last byte has left; stopping ends connections in every state") {
  edge_fixture edge{secure_options()};
  auto idle = edge.connect();
  auto socket = edge.connect_websocket();
  socket_client shaking{edge.server.port()};
  shaking.send(begun_hello);
  std::thread drain{[&] { edge.server.drain(std::chrono::seconds{20}); }};
  CHECK(socket.read_text() == "farewell");
  CHECK(socket.read_close() == 3001);
  socket.send(socket_client::make_frame(8, "\x0b\xb9"));
  CHECK(socket.is_ended());
  CHECK(socket.was_notified());
  CHECK(idle.is_ended());
  CHECK(idle.was_notified());
  CHECK(shaking.is_ended());
  drain.join();
  edge_fixture other{secure_options()};
  auto kept = other.connect();
  auto open = other.connect_websocket();
  socket_client begun{other.server.port()};
  begun.send(begun_hello);
  other.server.stop();
  CHECK(kept.is_ended());
  CHECK(begun.is_ended());
}

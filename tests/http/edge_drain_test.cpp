#include <doctest/doctest.h>

#include <thread>

#include "adapters/http/ask.hpp"
#include "tests/http/edge_fixture.hpp"

using namespace callboard;
using namespace callboard::http;
using namespace callboard::http::test;

namespace {

using std::chrono::milliseconds;

/// Runs `drain` beside the test.
struct draining {
  draining(edge_fixture& edge, milliseconds limit) : thread{[&edge, limit] { edge.server.drain(limit); }} {}
  ~draining() {
    if (thread.joinable())
      thread.join();
  }
  std::thread thread;
};

} // namespace

TEST_CASE("draining: readiness off, idle connections end, sockets close with 3001 behind what is queued") {
  edge_fixture edge;
  auto ready = edge.server.readiness();
  CHECK(*ready);
  auto idle = edge.connect();
  CHECK(idle.ask(get("/hello")).status == 200);
  auto client = edge.connect_websocket();
  {
    draining drain{edge, std::chrono::seconds{8}};
    CHECK(client.read_text() == "farewell");
    CHECK_FALSE(*ready);
    CHECK(client.read_close() == 3001);
    client.send(socket_client::make_frame(8, "\x0b\xb9"));
    CHECK(client.is_ended());
    CHECK(idle.is_ended());
  }
  CHECK(edge.log->shut_down == 1);
  CHECK(edge.connect().descriptor() == -1); // the listener is closed
}

TEST_CASE("while draining, new requests get 503 and running ones end") {
  auto gate = std::make_shared<std::atomic<bool>>(false);
  edge_fixture edge{edge_fixture::small_options(), [gate](router& routes) {
                      routes.add({method::post, "/slow", permission::none, body_rule::none, 0,
                                  [gate](request_context&) -> boost::asio::awaitable<response> {
                                    while (!*gate)
                                      co_await boost::asio::post(boost::asio::use_awaitable);
                                    co_return text_response(200, "text/plain", "done");
                                  }});
                    }};
  auto running = edge.connect();
  running.send("POST /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(eventually([&] { return edge.server.gauges().http_connections == 1; }));
  auto kept = edge.connect();
  kept.send("POST /echo HTTP/1.1\r\n");
  CHECK(eventually([&] { return edge.server.gauges().http_connections == 2; }));
  draining drain{edge, std::chrono::seconds{8}};
  CHECK(eventually([&] { return !*edge.server.readiness(); }));
  kept.send("Host: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  auto refused = kept.read_answer();
  CHECK(refused.status == 503);
  CHECK(refused.header("Connection") == "close");
  auto late = edge.connect();
  CHECK(late.upgrade() == 503);
  *gate = true;
  auto done = running.read_answer();
  CHECK(done.status == 200);
  CHECK(done.body == "done");
  CHECK(done.header("Connection") == "close");
}

TEST_CASE("sessions that do not close are closed at the deadline, and a second drain or stop does nothing") {
  auto options = edge_fixture::small_options();
  options.close_timeout = milliseconds{100};
  edge_fixture edge{options};
  edge.log->ignores_shut_down = true;
  auto client = edge.connect_websocket();
  {
    draining first{edge, milliseconds{500}};
    CHECK(client.read_close() == 3001);
  }
  edge.server.drain(std::chrono::hours{1});
  edge.server.stop();
  edge.server.stop();
  CHECK(client.is_ended());
  CHECK(edge.log->closed == 1);
}

TEST_CASE("stopping at once ends everything, and the outlet does nothing afterwards") {
  edge_fixture edge;
  auto client = edge.connect_websocket();
  auto http = edge.connect();
  CHECK(http.ask(get("/hello")).status == 200);
  auto to = edge.latest();
  auto out = edge.server.outlet();
  edge.server.stop();
  CHECK(client.is_ended());
  CHECK(http.is_ended());
  out->send(to, edge_fixture::text("nobody"), 1);
  out->close(to, close_code::shutdown, {});
  CHECK(eventually([&] { return edge.log->closed == 1; }));
}

TEST_CASE("an edge that cannot listen says why") {
  edge_fixture first;
  auto attempt = [&](edge_options options) {
    edge other{first.system, std::move(options), {}, make_decoder(), nullptr, nullptr};
    return context_of(other.start({})).detail;
  };
  auto options = edge_fixture::small_options();
  options.port = first.server.port();
  CHECK(attempt(options).find("cannot listen on 127.0.0.1 port " + std::to_string(options.port)) == 0);
  options = edge_fixture::small_options();
  options.address = "localhost";
  CHECK(attempt(options) == "'localhost' is not a numeric address to listen on");
  options.address = "192.0.2.1";
  CHECK(attempt(options).find("cannot listen on 192.0.2.1") == 0);
  options = edge_fixture::small_options();
  options.trusted_proxies = {"proxy.example.com"};
  CHECK(attempt(options).find("trusted proxies: 'proxy.example.com'") == 0);
  options = edge_fixture::small_options();
  options.web_dir = "/nonexistent";
  CHECK(attempt(options).find("/nonexistent") != std::string::npos);
}

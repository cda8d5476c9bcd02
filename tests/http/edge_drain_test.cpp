#include <doctest/doctest.h>

#include <future>
#include <thread>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/http/ask.hpp"
#include "tests/http/edge_fixture.hpp"

using namespace callboard;
using namespace callboard::http;
using namespace callboard::http::test;

namespace {

using std::chrono::milliseconds;

/// Runs `drain` beside the test.
struct draining {
  draining(edge_fixture& edge, milliseconds limit)
      : thread{[this, &edge, limit] { left = edge.server.drain(limit); }} {}
  ~draining() {
    if (thread.joinable())
      thread.join();
  }
  std::size_t left = 0; // once it is joined
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
    draining drain{edge, std::chrono::seconds{20}};
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
  draining drain{edge, std::chrono::seconds{20}};
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

TEST_CASE("while draining, a kept connection has one more request answered, and an idle one ends without a reset") {
  edge_fixture edge;
  auto talking = edge.connect();
  auto idle = edge.connect();
  auto fresh = edge.connect();
  CHECK(talking.ask(get("/hello")).status == 200);
  CHECK(idle.ask(get("/hello")).status == 200);
  draining drain{edge, std::chrono::seconds{20}};
  CHECK(eventually([&] { return !*edge.server.readiness(); }));
  auto refused = talking.ask(post("/echo", "{}"));
  CHECK(refused.status == 503);
  CHECK(refused.header("Connection") == "close");
  CHECK(talking.is_ended());
  CHECK(idle.is_ended());
  CHECK(fresh.is_ended());
  drain.thread.join();
  CHECK(drain.left == 0);
}

TEST_CASE("while draining, what was asked on a WebSocket is answered before it is closed, and nothing more is taken") {
  edge_fixture edge;
  auto client = edge.connect_websocket();
  auto to = edge.latest();
  auto other = edge.connect_websocket();
  client.send(socket_client::make_frame(1, "to be answered later"));
  CHECK(eventually([&] { return edge.log->with([](node_log& seen) { return seen.commands.size() == 3; }); }));
  draining drain{edge, std::chrono::seconds{20}};
  CHECK(eventually([&] { return !*edge.server.readiness(); }));
  // Who is not owed an answer is closed at once; by then the other one's turn has come, too.
  CHECK(other.read_text() == "farewell");
  CHECK(other.read_close() == 3001);
  CHECK(edge.log->shut_down == 1);
  edge.server.outlet()->send(to, edge_fixture::text("the answer"), 1);
  CHECK(client.read_text() == "the answer");
  CHECK(client.read_text() == "farewell");
  client.send(socket_client::make_frame(1, "echo too late"));
  CHECK(client.read_close() == 3001);
  for (auto* each : {&client, &other})
    each->send(socket_client::make_frame(8, "\x0b\xb9"));
  drain.thread.join();
  CHECK(drain.left == 0);
  CHECK(edge.log->with([](node_log& seen) { return seen.commands.size() == 3; }));
}

TEST_CASE("a request that is still under way when the time is up is counted as left") {
  edge_fixture edge{edge_fixture::small_options(), [](router& routes) {
                      routes.add({method::post, "/never", permission::none, body_rule::none, 0,
                                  [](request_context&) -> boost::asio::awaitable<response> {
                                    auto executor = co_await boost::asio::this_coro::executor;
                                    boost::asio::steady_timer timer{executor, std::chrono::hours{1}};
                                    co_await timer.async_wait(boost::asio::use_awaitable);
                                    co_return text_response(200, "text/plain", "done");
                                  }});
                    }};
  auto running = edge.connect();
  running.send("POST /never HTTP/1.1\r\nHost: a\r\n\r\n");
  auto half = edge.connect();
  half.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "Expect: 100-continue\r\n\r\n");
  CHECK(half.read_answer().status == 100); // its header has been read
  CHECK(eventually([&] { return edge.server.gauges().http_connections == 2; }));
  draining drain{edge, milliseconds{8'000}};
  CHECK(half.read_answer().status == 408);
  half.close(); // until its client has gone, a connection is not over either
  drain.thread.join();
  CHECK(drain.left == 1);
}

TEST_CASE("an edge one of whose threads is busy for long does not respond") {
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  edge_fixture edge{edge_fixture::small_options(), [opened](router& routes) {
                      routes.add({method::post, "/blocking", permission::none, body_rule::none, 0,
                                  [opened](request_context&) -> boost::asio::awaitable<response> {
                                    opened.wait();
                                    co_return text_response(200, "text/plain", "done");
                                  }});
                    }};
  CHECK(edge.server.responds(std::chrono::seconds{20}));
  auto blocking = edge.connect();
  blocking.send("POST /blocking HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(eventually([&] { return !edge.server.responds(milliseconds{50}); }));
  gate.set_value();
  CHECK(blocking.read_answer().status == 200);
  CHECK(edge.server.responds(std::chrono::seconds{20}));
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
    edge other{first.system, std::move(options), {}, make_decoder(), nullptr};
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

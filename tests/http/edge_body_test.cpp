#include <doctest/doctest.h>

#include "tests/http/edge_fixture.hpp"

using namespace callboard::http;
using namespace callboard::http::test;

namespace {

std::string post_head(std::string_view headers) {
  return "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + std::string{headers} + "\r\n";
}

} // namespace

TEST_CASE("a chunked body is put together, and the next request found behind it") {
  edge_fixture edge;
  auto client = edge.connect();
  client.send(post_head("Transfer-Encoding: chunked\r\n") + "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n" + get("/hello"));
  CHECK(client.read_answer().body == R"({"a":1})");
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("trailers and malformed chunks are refused and end the connection") {
  for (std::string_view body : {"2\r\n{}\r\n0\r\nX-Trailer: 1\r\n\r\n", "2;x=y\r\n{}\r\n0\r\n\r\n", "2\n{}\n0\n\n",
                                "zz\r\n", "2\r\n{}xx0\r\n\r\n"}) {
    edge_fixture edge;
    auto client = edge.connect();
    auto refused = client.ask(post_head("Transfer-Encoding: chunked\r\n") + std::string{body});
    CHECK(refused.status == 400);
    CHECK(refused.header("Connection") == "close");
    CHECK(client.is_ended());
  }
}

TEST_CASE("a body beyond the route's cap is refused, announced or not") {
  edge_fixture edge;
  auto announced = edge.connect();
  CHECK(announced.ask(post_head("Content-Length: 1025\r\n")).status == 413); // without waiting for it
  CHECK(announced.is_ended());
  auto chunked = edge.connect();
  CHECK(chunked.ask(post_head("Transfer-Encoding: chunked\r\n") + "401\r\n").status == 413);
  CHECK(chunked.is_ended());
  auto summed = edge.connect();
  std::string chunk = "200\r\n" + std::string(0x200, ' ') + "\r\n";
  CHECK(summed.ask(post_head("Transfer-Encoding: chunked\r\n") + chunk + chunk + "1\r\n").status == 413);
  auto fits = edge.connect();
  auto body = "{\"a\":\"" + std::string(1016, 'x') + "\"}";
  REQUIRE(body.size() == 1024);
  CHECK(fits.ask(post("/echo", body)).status == 201);
}

TEST_CASE("bodies that are not strict JSON are a 400, and the connection goes on") {
  edge_fixture edge;
  auto client = edge.connect();
  for (std::string_view body : {"{", "[]", "{\"a\":1,\"a\":2}", "{\"a\":\"\xff\"}", "{} {}", ""})
    CHECK(client.ask(post("/echo", body)).status == 400);
  CHECK(client.ask(post("/echo", "{}")).status == 201);
}

TEST_CASE("Expect: 100-continue is answered before the body comes") {
  edge_fixture edge;
  auto client = edge.connect();
  client.send(post_head("Content-Length: 2\r\nExpect: 100-continue\r\n"));
  CHECK(client.read_answer().status == 100);
  client.send("{}");
  CHECK(client.read_answer().status == 201);
  client.send(post_head("Content-Length: 5000\r\nExpect: 100-continue\r\n"));
  CHECK(client.read_answer().status == 413); // the body is not asked for
  CHECK(client.is_ended());
}

TEST_CASE("a body that a refused request brought along is taken off") {
  edge_fixture edge;
  auto client = edge.connect();
  client.send("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n" + std::string(20, 'x') + get("/hello"));
  CHECK(client.read_answer().status == 404);
  CHECK(client.read_answer().status == 200);
  client.send("POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\nhalf");
  auto refused = client.read_answer();
  CHECK(refused.status == 404);
  CHECK(refused.header("Connection") == "close");
  CHECK(client.is_ended());
}

TEST_CASE("a client that goes away in the middle harms nobody") {
  edge_fixture edge;
  for (int i = 0; i < 20; ++i) {
    auto client = edge.connect();
    client.send(post_head("Content-Length: 500\r\n") + "{\"half");
    if (i % 2)
      client.reset();
  }
  auto client = edge.connect();
  CHECK(client.ask(get("/hello")).status == 200);
  CHECK(eventually([&] { return edge.server.gauges().http_connections == 1; }));
}

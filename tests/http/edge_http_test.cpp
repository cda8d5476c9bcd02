#include <doctest/doctest.h>

#include <boost/json/parse.hpp>

#include "adapters/http/problem.hpp"
#include "tests/http/edge_fixture.hpp"

using namespace callboard;
using namespace callboard::http;
using namespace callboard::http::test;

namespace {

std::string code_in(const answer& reply) {
  return std::string{boost::json::parse(reply.body).at("code").as_string()};
}

} // namespace

TEST_CASE("requests are answered over one connection, also when they come together") {
  edge_fixture edge;
  auto client = edge.connect();
  client.send(get("/hello") + post("/echo", R"({"n":1})") + get("/nothing") + post("/echo", R"({"n":2})"));
  CHECK(client.read_answer().status == 200);
  CHECK(client.read_answer().body == R"({"n":1})");
  CHECK(client.read_answer().status == 404);
  auto last = client.read_answer();
  CHECK(last.status == 201);
  CHECK(last.body == R"({"n":2})");
  CHECK(last.header("Connection") == "keep-alive");
}

TEST_CASE("a request may come byte by byte, with empty lines before it") {
  edge_fixture edge;
  auto client = edge.connect();
  for (auto c : "\r\n\r\n" + post("/echo", R"({"text":"Привет"})") + get("/hello"))
    client.send({&c, 1});
  CHECK(client.read_answer().body == R"({"text":"Привет"})");
  CHECK(client.read_answer().status == 200);
}

TEST_CASE("unknown routes, methods and media types") {
  edge_fixture edge;
  auto client = edge.connect();
  auto unknown = client.ask(get("/nothing"));
  CHECK(unknown.status == 404);
  CHECK(unknown.header("Content-Type") == "application/problem+json");
  CHECK(code_in(unknown) == "not_found");
  auto method = client.ask(get("/echo"));
  CHECK(method.status == 405);
  CHECK(method.header("Allow") == "POST");
  CHECK(code_in(method) == "method_not_allowed");
  auto odd = client.ask("BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(odd.status == 405);
  CHECK(odd.header("Allow") == "GET, HEAD");
  auto type = client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");
  CHECK(type.status == 415);
  CHECK(code_in(type) == "unsupported_media_type");
  auto none = client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
  CHECK(none.status == 415);
  auto empty = client.ask("POST /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(empty.status == 400);
  CHECK(client.ask(get("/hello?a=%zz")).status == 400);
  CHECK(client.ask(get("/hello")).status == 200); // the connection has lived through all of it
}

TEST_CASE("HEAD has the head of GET and no body") {
  edge_fixture edge;
  auto client = edge.connect();
  auto whole = client.ask(get("/hello"));
  client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  auto head = client.read_answer(true);
  CHECK(head.status == 200);
  CHECK(head.header("Content-Length") == std::to_string(whole.body.size()));
  CHECK(client.ask(get("/hello")).body == whole.body);
}

TEST_CASE("the request id is taken if it is well-formed, otherwise made") {
  edge_fixture edge;
  auto client = edge.connect();
  CHECK(client.ask(get("/hello", "X-Request-Id: abc.DEF_1-2\r\n")).header("X-Request-Id") == "abc.DEF_1-2");
  for (auto id : {"has space", "semi;colon", "\"quoted\"", "привет"}) {
    auto made = client.ask(get("/hello", "X-Request-Id: " + std::string{id} + "\r\n")).header("X-Request-Id");
    CHECK(parse_uuid(made).has_value());
  }
  auto longest = std::string(64, 'x');
  CHECK(client.ask(get("/hello", "X-Request-Id: " + longest + "\r\n")).header("X-Request-Id") == longest);
  CHECK(parse_uuid(client.ask(get("/hello", "X-Request-Id: " + longest + "x\r\n")).header("X-Request-Id")));
  auto problem = client.ask(get("/nothing", "X-Request-Id: mine\r\n"));
  CHECK(boost::json::parse(problem.body).at("request_id").as_string() == "mine");
}

TEST_CASE("an ambiguous request is refused and ends the connection") {
  edge_fixture edge;
  auto client = edge.connect();
  auto refused = client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n"
                            "Content-Type: application/json\r\n\r\n0\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(refused.status == 400);
  CHECK(refused.header("Connection") == "close");
  CHECK(client.is_ended());
  auto other = edge.connect();
  CHECK(other.ask("GET / HTTP/2.0\r\nHost: a\r\n\r\n").status == 505);
  CHECK(other.is_ended());
}

TEST_CASE("a header beyond its bound is refused with 431") {
  edge_fixture edge;
  auto client = edge.connect();
  CHECK(client.ask(get("/hello", "X-Filler: " + std::string(9000, 'x') + "\r\n")).status == 431);
  CHECK(client.is_ended());
  auto endless = edge.connect();
  endless.send("GET /hello HTTP/1.1\r\nHost: a\r\n");
  std::string line = "X-A: " + std::string(1000, 'x') + "\r\n";
  for (int i = 0; i < 9; ++i)
    endless.send(line);
  CHECK(endless.read_answer().status == 431);
  auto fits = edge.connect();
  CHECK(fits.ask(get("/hello", "X-Filler: " + std::string(8000, 'x') + "\r\n")).status == 200);
}

TEST_CASE("keep-alive ends when it is asked to, for HTTP/1.0, and at its count") {
  auto options = edge_fixture::small_options();
  options.max_requests_per_connection = 3;
  edge_fixture edge{options};
  auto asked = edge.connect();
  CHECK(asked.ask(get("/hello", "Connection: close\r\n")).header("Connection") == "close");
  CHECK(asked.is_ended());
  auto old = edge.connect();
  CHECK(old.ask("GET /hello HTTP/1.0\r\nHost: a\r\n\r\n").status == 200);
  CHECK(old.is_ended());
  auto counted = edge.connect();
  CHECK(counted.ask(get("/hello")).header("Connection") == "keep-alive");
  CHECK(counted.ask(get("/hello")).header("Connection") == "keep-alive");
  CHECK(counted.ask(get("/hello")).header("Connection") == "close");
  CHECK(counted.is_ended());
}

// Behind TLS nobody is told so.
TEST_CASE("connections are bounded in all and per address" * doctest::skip(over_tls())) {
  auto options = edge_fixture::small_options();
  options.max_connections_per_address = 2;
  edge_fixture edge{options};
  auto first = edge.connect();
  auto second = edge.connect();
  CHECK(first.ask(get("/hello")).status == 200);
  CHECK(second.ask(get("/hello")).status == 200);
  auto third = edge.connect();
  auto refused = third.read_answer();
  CHECK(refused.status == 503);
  CHECK_FALSE(refused.header("Retry-After").empty());
  CHECK(third.is_ended());
  first.close();
  CHECK(eventually([&] { return edge.connect().ask(get("/hello")).status == 200; }));
}

TEST_CASE("behind a trusted proxy the client's address counts and WebSockets are limited by it") {
  auto options = edge_fixture::small_options();
  options.max_connections_per_address = 1;
  options.trusted_proxies = {"127.0.0.1"};
  edge_fixture edge{options};
  auto client = edge.connect();
  auto reply = client.ask(get("/hello", "X-Forwarded-For: 6.6.6.6, 198.51.100.7\r\n"));
  CHECK(reply.body == R"({"address":"198.51.100.7"})");
  auto one = edge.connect();
  CHECK(one.upgrade("/ws", "X-Forwarded-For: 198.51.100.7\r\n") == 101);
  // The session is made after the handshake's answer has left.
  CHECK(eventually([&] { return edge.log->with([](node_log& seen) { return !seen.origins.empty(); }); }));
  auto other = edge.connect();
  CHECK(other.upgrade("/ws", "X-Forwarded-For: 198.51.100.8\r\n") == 101);
  auto again = edge.connect();
  CHECK(again.upgrade("/ws", "X-Forwarded-For: 198.51.100.7\r\n") == 503);
  CHECK(edge.log->with([](node_log& seen) { return seen.origins.front().address; }) == "198.51.100.7");
}

TEST_CASE("CORS over the wire") {
  auto options = edge_fixture::small_options();
  options.allowed_origins = {"https://chat.example.com"};
  edge_fixture edge{options};
  auto client = edge.connect();
  auto preflight = client.ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\nOrigin: https://chat.example.com\r\n"
                              "Access-Control-Request-Method: POST\r\n\r\n");
  CHECK(preflight.status == 204);
  CHECK(preflight.header("Access-Control-Allow-Origin") == "https://chat.example.com");
  CHECK(preflight.header("Access-Control-Allow-Methods") == "POST");
  auto reply = client.ask(get("/hello", "Origin: https://chat.example.com\r\n"));
  CHECK(reply.header("Access-Control-Allow-Origin") == "https://chat.example.com");
  CHECK(client.ask(get("/hello", "Origin: https://evil.example\r\n")).header("Access-Control-Allow-Origin").empty());
}

TEST_CASE("a handler that throws is a 500 without details, and the log names it in one line") {
  edge_fixture edge{edge_fixture::small_options(), [](router& routes) {
                      routes.add({method::get, "/broken/{id}", permission::none, body_rule::none, 0,
                                  [](request_context&) -> boost::asio::awaitable<response> {
                                    throw std::runtime_error{"secret\r\nforged line"};
                                    co_return no_content();
                                  }});
                    }};
  auto client = edge.connect();
  auto reply = client.ask(get("/broken/7?token=x"));
  CHECK(reply.status == 500);
  CHECK(reply.body.find("secret") == std::string::npos);
  CHECK(client.ask(get("/hello")).status == 200);
  auto lines = edge.log->with([](node_log& seen) { return seen.lines; });
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "a handler failed: secret\\x0d\\x0aforged line");
  CHECK(lines[1] == "GET /broken/{id} 500 0");
  CHECK(lines[2] == "GET /hello 200 0");
}

TEST_CASE("path and query parameters reach the handler decoded") {
  edge_fixture edge{edge_fixture::small_options(), [](router& routes) {
                      routes.add({method::get, "/rooms/{id}/x/{name}", permission::none, body_rule::none, 0,
                                  [](request_context& context) -> boost::asio::awaitable<response> {
                                    auto id = context.number_parameter("id");
                                    auto limit = context.query_number("limit", 50, 1, 100);
                                    if (!id)
                                      co_return problem(id.error(), context.request_id());
                                    if (!limit)
                                      co_return problem(limit.error(), context.request_id());
                                    boost::json::object seen{{"id", *id}, {"limit", *limit}};
                                    seen["name"] = std::string{context.parameter("name")};
                                    seen["q"] = context.query("q").value_or("none");
                                    seen["cookie"] = std::string{context.cookie("b")};
                                    co_return json_response(200, seen);
                                  }});
                    }};
  auto client = edge.connect();
  CHECK(client.ask(get("/rooms/3/x/a%2Fb?q=x+y%26&limit=7", "Cookie: a=1; b=2; bb=3\r\n")).body ==
        R"({"id":3,"limit":7,"name":"a/b","q":"x y&","cookie":"2"})");
  auto plain = client.ask(get("/rooms/3/x/n")).body;
  CHECK(plain == R"json({"id":3,"limit":50,"name":"n","q":"none","cookie":""})json");
  for (auto id : {"0", "-1", "x", "9223372036854775808", "1.5"})
    CHECK(client.ask(get("/rooms/" + std::string{id} + "/x/n")).status == 404);
  for (auto limit : {"0", "101", "ten", ""})
    CHECK(client.ask(get("/rooms/3/x/n?limit=" + std::string{limit})).status == 422);
}

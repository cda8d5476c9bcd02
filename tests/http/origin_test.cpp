#include <doctest/doctest.h>

#include "adapters/http/client_address.hpp"
#include "adapters/http/origin_rules.hpp"
#include "adapters/http/websocket_upgrade.hpp"

using namespace callboard::http;

namespace {

request_head make_head(std::vector<std::pair<std::string, std::string>> headers, method verb = method::post) {
  request_head head;
  head.method = verb;
  head.headers = std::move(headers);
  return head;
}

std::string value_of(const response& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers)
    if (key == name)
      return value;
  return {};
}

const origin_rules rules{{"https://chat.example.com/", "http://localhost:5173"}};

} // namespace

TEST_CASE("cookie routes are for our own pages") {
  auto may = [](std::vector<std::pair<std::string, std::string>> headers) {
    headers.emplace_back("host", "board.example.com");
    return rules.is_same_site(make_head(std::move(headers)));
  };
  CHECK(may({{"sec-fetch-site", "same-origin"}}));
  CHECK(may({{"origin", "https://board.example.com"}}));
  CHECK(may({{"origin", "https://chat.example.com"}}));
  CHECK(may({{"sec-fetch-site", "same-site"}, {"origin", "https://chat.example.com"}}));
  CHECK_FALSE(may({}));
  CHECK_FALSE(may({{"sec-fetch-site", "cross-site"}}));
  CHECK_FALSE(may({{"sec-fetch-site", "same-site"}}));
  CHECK_FALSE(may({{"sec-fetch-site", "none"}}));
  CHECK_FALSE(may({{"sec-fetch-site", "cross-site"}, {"origin", "https://board.example.com"}}));
  CHECK_FALSE(may({{"origin", "null"}}));
  CHECK_FALSE(may({{"origin", "https://evil.example.com"}}));
  CHECK_FALSE(may({{"origin", "https://board.example.com.evil.com"}}));
  CHECK_FALSE(may({{"origin", "https://board.example.com:444"}}));
}

TEST_CASE("CORS headers go to allowed pages alone") {
  response allowed;
  rules.add_cors(make_head({{"origin", "http://localhost:5173"}}), allowed);
  CHECK(value_of(allowed, "Access-Control-Allow-Origin") == "http://localhost:5173");
  CHECK(value_of(allowed, "Vary") == "Origin");
  response other;
  rules.add_cors(make_head({{"origin", "http://localhost:5174"}}), other);
  CHECK(value_of(other, "Access-Control-Allow-Origin").empty());
  CHECK(value_of(other, "Vary") == "Origin");
  auto preflight =
      make_head({{"origin", "http://localhost:5173"}, {"access-control-request-method", "DELETE"}}, method::options);
  REQUIRE(origin_rules::is_preflight(preflight));
  auto answer = rules.answer_preflight(preflight, "GET, HEAD, DELETE");
  CHECK(answer.status == 204);
  CHECK(value_of(answer, "Access-Control-Allow-Methods") == "GET, HEAD, DELETE");
  CHECK(value_of(answer, "Access-Control-Allow-Headers") ==
        "Authorization, Content-Type, Idempotency-Key, Traceparent, X-Request-Id");
  auto refused = make_head({{"origin", "http://evil"}, {"access-control-request-method", "DELETE"}}, method::options);
  CHECK(rules.answer_preflight(refused, "GET").status == 403);
  CHECK_FALSE(origin_rules::is_preflight(make_head({{"origin", "http://a"}}, method::options)));
}

TEST_CASE("WebSocket handshakes") {
  using fields = std::vector<std::pair<std::string, std::string>>;
  const fields good{{"host", "board"},
                    {"upgrade", "websocket"},
                    {"connection", "keep-alive, Upgrade"},
                    {"sec-websocket-version", "13"},
                    {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  auto check = [](fields headers, method verb = method::get) {
    return check_upgrade(make_head(std::move(headers), verb), rules, "id");
  };
  auto accepted = check(good);
  CHECK(accepted.acceptance.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") != std::string::npos);
  CHECK(accepted.acceptance.find("Sec-WebSocket-Protocol") == std::string::npos);
  CHECK(accepted.acceptance.find("Sec-WebSocket-Extensions") == std::string::npos);

  auto with = [&good](std::string name, std::string value) {
    auto changed = good;
    std::erase_if(changed, [&name](const auto& field) { return field.first == name; });
    changed.emplace_back(std::move(name), std::move(value));
    return changed;
  };
  CHECK(check(with("sec-websocket-protocol", "chat, centrifuge-json"))
            .acceptance.find("Sec-WebSocket-Protocol: centrifuge-json\r\n") != std::string::npos);
  CHECK(check(with("sec-websocket-protocol", "centrifuge-protobuf")).acceptance.find("Sec-WebSocket-Protocol") ==
        std::string::npos);
  CHECK_FALSE(check(with("origin", "http://board")).acceptance.empty());
  CHECK_FALSE(check(with("origin", "https://chat.example.com")).acceptance.empty());
  CHECK(check(with("origin", "https://evil.example.com")).refusal.status == 403);
  CHECK(check(with("origin", "null")).refusal.status == 403);
  CHECK(check(with("sec-websocket-version", "8")).refusal.status == 426);
  CHECK(value_of(check(with("sec-websocket-version", "8")).refusal, "Sec-WebSocket-Version") == "13");
  CHECK(check(with("upgrade", "h2c")).refusal.status == 426);
  CHECK(check(with("connection", "close")).refusal.status == 426);
  CHECK(check(with("sec-websocket-key", "short")).refusal.status == 400);
  CHECK(check(good, method::post).refusal.status == 405);
}

TEST_CASE("the client's address behind proxies") {
  namespace ip = boost::asio::ip;
  address_rules addresses;
  std::string problem;
  REQUIRE(addresses.set_trusted({"10.0.0.0/8", "127.0.0.1", "fd00::/8"}, problem));
  auto find = [&addresses](const char* peer, std::vector<std::string> hops) {
    std::vector<std::pair<std::string, std::string>> headers;
    for (auto& hop : hops)
      headers.emplace_back("x-forwarded-for", std::move(hop));
    return address_key(addresses.client_of(ip::make_address(peer), make_head(std::move(headers))));
  };
  CHECK(find("203.0.113.9", {"198.51.100.1"}) == "203.0.113.9"); // an untrusted peer says what it likes
  CHECK(find("10.1.2.3", {}) == "10.1.2.3");
  CHECK(find("10.1.2.3", {"198.51.100.1"}) == "198.51.100.1");
  CHECK(find("10.1.2.3", {"6.6.6.6, 198.51.100.1, 10.9.9.9"}) == "198.51.100.1");
  CHECK(find("10.1.2.3", {"6.6.6.6", "198.51.100.1"}) == "198.51.100.1");
  CHECK(find("10.1.2.3", {"198.51.100.1, unknown"}) == "10.1.2.3");
  CHECK(find("10.1.2.3", {"198.51.100.1:4711"}) == "198.51.100.1");
  CHECK(find("::ffff:10.1.2.3", {"198.51.100.1"}) == "198.51.100.1");
  CHECK(find("fd00::1", {"[2001:db8:1:2:3:4:5:6]:80"}) == "2001:db8:1:2::/64");
  CHECK(find("2001:db8:1:2:ffff::1", {}) == "2001:db8:1:2::/64");
  for (const char* entry : {"10.0.0.0/33", "fd00::/129", "ten", "10.0.0.1/", "10.0.0.0/8x", ""}) {
    CHECK_FALSE(addresses.set_trusted({entry}, problem));
    CHECK(problem.find("neither an address nor a network") != std::string::npos);
  }
}

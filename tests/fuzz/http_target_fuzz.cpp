// The target of a request: path, route, parameters, query.
//
// Always so: a parameter of a route is a whole segment of the path, decoded to UTF-8 without NUL; encoded again and put
// into the route's pattern, it leads to the same route and the same parameters. A path that has a route for one method
// says so to the others. A number of the query is within its bounds or refused.
#include "adapters/http/router.hpp"
#include "adapters/http/text.hpp"
#include "tests/fuzz/support.hpp"
#include "tests/rest/rest_support.hpp"

using namespace callboard;
using namespace callboard::http;
using fuzz::require;

namespace {

const router& all_routes() {
  static const auto routes = [] {
    router made;
    for (auto* pattern : {"/", "/users", "/users/me", "/users/{id}", "/rooms/{id}/messages", "/rooms/{id}/{what}",
                          "/rooms/{id}/members/{user}", "/.well-known/jwks.json"})
      for (auto verb : {method::get, method::put})
        made.add({verb, pattern, permission::none, body_rule::none, 0,
                  [](request_context&) -> boost::asio::awaitable<response> { co_return response{}; }});
    return made;
  }();
  return routes;
}

std::string encode(std::string_view text) {
  std::string encoded;
  char code[4];
  for (auto c : text) {
    std::snprintf(code, sizeof code, "%%%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    encoded += code;
  }
  return encoded;
}

void check_match(const route_match& found, std::string_view path) {
  std::string rebuilt = found.route->pattern;
  for (const auto& [name, value] : found.parameters) {
    require(!value.empty() && is_utf8(value) && value.find('\0') == std::string::npos);
    auto place = rebuilt.find('{' + name + '}');
    require(place != std::string::npos);
    rebuilt.replace(place, name.size() + 2, encode(value));
  }
  require(rebuilt.find('{') == std::string::npos);
  auto again = all_routes().match(method::get, rebuilt);
  require(again.route == found.route && again.parameters == found.parameters);
  require(all_routes().match(method::head, path).route == found.route);
  require(all_routes().match(method::put, path).route != nullptr);
  auto refused = all_routes().match(method::remove, path);
  require(refused.route == nullptr && refused.allow.find("GET, HEAD") == 0);
}

void check_query(const request_context& request) {
  auto limit = request.query_number("limit", 50, 1, 200);
  require(limit ? *limit >= 1 && *limit <= 200 : code_of(limit.error()) == errc::validation_failed);
  auto cursor = request.query("cursor");
  require(!cursor || is_utf8(*cursor));
  auto written = "x=1&limit=7&cursor=" + encode(cursor.value_or(std::string{}));
  rest::test::made_request again{{}, written};
  require(*again.context.query_number("limit", 50, 1, 200) == 7);
  require(*again.context.query("cursor") == cursor.value_or(std::string{}));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto target = fuzz::text_of(data, size);
  if (!std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f; }))
    return 0; // `check_framing` lets none of these through
  rest::test::made_request request{{}};
  auto& context = request.context;
  context.head().target = target;
  std::string path;
  if (!context.read_target(path))
    return 0;
  require(is_utf8(context.path()) && context.path().find('\0') == std::string::npos);
  auto found = all_routes().match(method::get, path);
  if (found.route != nullptr)
    check_match(found, path);
  check_query(context);
  return 0;
}

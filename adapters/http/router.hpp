#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "adapters/http/request.hpp"
#include "adapters/http/response.hpp"
#include "messages/permissions.hpp"

namespace callboard::http {

using handler = std::function<boost::asio::awaitable<response>(request_context&)>;

/// Whether a route takes a body. Where it does, the media type must be application/json.
enum class body_rule : std::uint8_t { none, optional, required };

/// One route. `pattern`: `/rooms/{id}/messages`; a `{name}` takes one whole segment. The pattern is also what metrics
/// and logs show instead of the path.
struct route {
  http::method method = http::method::get;
  std::string pattern;
  permission needs = permission::manage_users; // with `none` nobody is authenticated; otherwise before the body is read
  body_rule body = body_rule::none;
  std::size_t max_body_bytes = 0; // 0: 16 KiB
  http::handler handler;
  /// From which addresses the route can be seen (security.md point 8: IPv6 by /64); for others it does not exist.
  /// Empty: from all.
  std::function<bool(std::string_view address)> is_seen_from = {};
};

/// What was found for a request.
struct route_match {
  const http::route* route = nullptr;                          // null: none
  std::vector<std::pair<std::string, std::string>> parameters; // name, decoded value
  std::string allow;                                           // if the path exists with other methods: their list
  std::string_view pattern() const { return route ? std::string_view{route->pattern} : std::string_view{"(none)"}; }
};

/// All routes. Filled before the edge starts, constant from then on. HEAD is answered by GET's route.
class router {
public:
  /// The same method and pattern twice is a mistake of the program: `std::logic_error`.
  void add(route entry);

  /// `path` is the raw (still encoded) path: it is split at `/` before decoding, so that an encoded slash stays part of
  /// its segment. A literal segment wins over a parameter. Only routes that are seen from `address` are found.
  route_match match(method verb, std::string_view path, std::string_view address = {}) const;

  /// Every pattern, for documentation and tests.
  const std::vector<std::unique_ptr<route>>& routes() const { return routes_; }

private:
  std::vector<std::unique_ptr<route>> routes_;
  std::vector<std::vector<std::string>> segments_; // of the route with the same index
};

/// Percent-decoding. False for a bad escape, NUL or bytes that are not UTF-8. `plus_is_space` in queries.
bool percent_decode(std::string_view text, std::string& decoded, bool plus_is_space = false);

} // namespace callboard::http

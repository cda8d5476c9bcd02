#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <caf/expected.hpp>
#include <caf/optional.hpp>

#include "adapters/http/method.hpp"
#include "adapters/http/options.hpp"
#include "messages/wiring.hpp"

namespace callboard::http {

class authenticator;
class origin_rules;

/// The head of a request: read and checked, its header names in lower case.
struct request_head {
  http::method method = http::method::other;
  std::string target; // origin form: path and query
  unsigned version = 11;
  std::vector<std::pair<std::string, std::string>> headers;

  /// The value of the first header of this (lower-case) name, or an empty text.
  std::string_view header(std::string_view name) const;
};

/// Everything that stays the same for all requests of one I/O thread.
struct request_environment {
  const node_services* services = nullptr;
  const edge_options* options = nullptr;
  const origin_rules* origins = nullptr;
  http::authenticator* authenticator = nullptr; // of this I/O thread
};

/// One request, as a handler sees it. It lives until the handler's answer is made, on one I/O thread.
class request_context {
public:
  request_context(const request_environment& environment, request_head head, std::string request_id,
                  client_origin origin);

  http::method method() const { return head_.method; }
  /// The decoded path, without query.
  const std::string& path() const { return path_; }
  /// The value of a header by its lower-case name; empty if absent.
  std::string_view header(std::string_view name) const { return head_.header(name); }
  /// The value of a cookie, or an empty text.
  std::string_view cookie(std::string_view name) const;

  /// A path parameter by the name it has in the route's pattern, percent-decoded.
  std::string_view parameter(std::string_view name) const;
  /// A path parameter that is a positive 64-bit number in plain digits; `not_found` otherwise (no such thing can be).
  caf::expected<std::int64_t> number_parameter(std::string_view name) const;
  /// A query parameter, decoded; nothing if absent. `?a=` is present and empty.
  caf::optional<std::string> query(std::string_view name) const;
  /// A query parameter that is a number between bounds; `fallback` if absent; `validation_failed` otherwise.
  caf::expected<std::uint64_t> query_number(std::string_view name, std::uint64_t fallback, std::uint64_t least,
                                            std::uint64_t most) const;

  /// The body's bytes, within the route's cap.
  const std::string& body() const { return body_; }
  /// The body as a JSON object: UTF-8 checked, at most 32 deep, no duplicate keys. Its media type was checked before
  /// the handler ran. Errors: `bad_request`.
  caf::expected<boost::json::object> json() const;

  const std::string& request_id() const { return request_id_; }
  /// Address as security.md point 8 has it. `device` is the User-Agent, cut to 200 bytes; a handler may replace it.
  const client_origin& origin() const { return origin_; }
  /// What to hand on to whatever the request leads to; empty if it is in no trace.
  const trace_context& trace() const { return origin_.trace; }
  const node_services& services() const { return *environment_.services; }
  const edge_options& options() const { return *environment_.options; }

  /// Whether a browser request comes from our own pages (security.md point 19): `Sec-Fetch-Site: same-origin`, or else
  /// an `Origin` that is our own host or allowed. For routes that take the refresh cookie.
  bool is_same_site() const;

  /// Who calls, by the Authorization header. Routes with a role have been authenticated already: see `caller`.
  /// Errors: `unauthorized`, `token_expired`, or what the `auth` actor says.
  boost::asio::awaitable<caf::expected<principal>> authenticate();
  /// The authenticated caller of a route that needs a role, or after `authenticate` succeeded.
  const principal& caller() const { return caller_; }
  bool has_caller() const { return has_caller_; }

  // For the edge alone.
  request_head& head() { return head_; }
  /// Takes path and query from the head's target; `raw_path` is the path as it came. False unless both decode.
  bool read_target(std::string& raw_path);
  void set_path(std::string path, std::string query);
  void set_parameters(std::vector<std::pair<std::string, std::string>> parameters);
  void set_body(std::string body) { body_ = std::move(body); }

private:
  request_environment environment_;
  request_head head_;
  std::string path_;
  std::string query_;
  std::vector<std::pair<std::string, std::string>> parameters_;
  std::string body_;
  std::string request_id_;
  client_origin origin_;
  principal caller_;
  bool has_caller_ = false;
};

} // namespace callboard::http

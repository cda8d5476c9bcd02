#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/http/request.hpp"
#include "adapters/http/response.hpp"

namespace callboard::http {

/// Which web pages may talk to us (security.md points 19-21; Fetch standard). A page's origin is our own if its host
/// and port are those of the request's Host - and its scheme https, if we speak TLS ourselves; others must be on the
/// list of allowed origins.
class origin_rules {
public:
  explicit origin_rules(std::vector<std::string> allowed, bool https_only = false);

  /// Whether the listed origins have this one, compared as browsers send it.
  bool is_allowed(std::string_view origin) const;

  /// `Origin` absent (a native client), own or allowed: for the WebSocket handshake.
  bool may_connect(const request_head& head) const;

  /// For requests that carry the session cookie: see `request_context::is_same_site`.
  bool is_same_site(const request_head& head) const;

  /// Adds what the browser must know to hand an answer to an allowed page; nothing for other pages.
  void add_cors(const request_head& head, response& answer) const;

  /// A preflight request (OPTIONS with Origin and Access-Control-Request-Method).
  static bool is_preflight(const request_head& head);
  /// Its answer: 204 with what is allowed, or 403. `allow`: methods of the route, from the router.
  response answer_preflight(const request_head& head, std::string_view allow) const;

private:
  bool is_own(const request_head& head, std::string_view origin) const;

  std::vector<std::string> allowed_;
  bool https_only_;
};

} // namespace callboard::http

#pragma once

#include <string>
#include <string_view>

#include "adapters/http/response.hpp"

namespace callboard::http {

/// The head of an answer as bytes, up to and including the empty line: status, length, type, Date, X-Request-Id, the
/// security headers of every answer, the answer's own. `Cache-Control: no-store` unless the answer says otherwise.
/// `socket_source`: where pages may open WebSockets besides their own server, as a source of Content-Security-Policy.
/// `strict_transport` adds Strict-Transport-Security: only for a server that is reached by TLS.
std::string write_response_head(const response& answer, std::string_view request_id, bool keep_alive,
                                bool strict_transport, std::string_view socket_source = {});

/// Whether an answer of this status has a body at all.
constexpr bool has_body(unsigned status) {
  return status >= 200 && status != 204 && status != 304;
}

} // namespace callboard::http

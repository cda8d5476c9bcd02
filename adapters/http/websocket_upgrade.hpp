#pragma once

#include <string>
#include <string_view>

#include "adapters/http/origin_rules.hpp"
#include "adapters/http/request.hpp"
#include "adapters/http/response.hpp"

namespace callboard::http {

/// Whether a path is the WebSocket endpoint: `/connection/websocket`, `/ws`.
bool is_websocket_path(std::string_view path);

/// What becomes of a request to it: the bytes of the 101 answer, or a refusal.
struct upgrade_verdict {
  std::string acceptance; // empty: refused
  response refusal;
};

/// The server's side of the handshake (RFC 6455, 4.2), with the Origin allow-list. Subprotocols: none or
/// `centrifuge-json`. No extensions.
upgrade_verdict check_upgrade(const request_head& head, const origin_rules& origins, std::string_view request_id);

} // namespace callboard::http

#include "adapters/http/websocket_upgrade.hpp"

#include <array>

#include "adapters/http/problem.hpp"
#include "adapters/http/text.hpp"
#include "adapters/websocket/handshake.hpp"

namespace callboard::http {
namespace {

constexpr std::array<std::string_view, 1> subprotocols{"centrifuge-json"};

bool has_item(std::string_view list, std::string_view wanted) {
  bool found = false;
  for_each_item(list, [&](std::string_view item) { found = found || equal_ignoring_case(item, wanted); });
  return found;
}

} // namespace

bool is_websocket_path(std::string_view path) {
  return path == "/connection/websocket" || path == "/ws";
}

upgrade_verdict check_upgrade(const request_head& head, const origin_rules& origins, std::string_view request_id) {
  upgrade_verdict verdict;
  if (head.method != method::get) {
    verdict.refusal = problem(errc::method_not_allowed, {}, request_id).with("Allow", "GET");
    return verdict;
  }
  auto upgrades = has_item(head.header("upgrade"), "websocket") && has_item(head.header("connection"), "upgrade");
  if (!upgrades || head.version < 11 || head.header("sec-websocket-version") != "13") {
    verdict.refusal = plain_problem(426, "upgrade_required", "This is a WebSocket endpoint, version 13", request_id);
    verdict.refusal.with("Upgrade", "websocket").with("Sec-WebSocket-Version", "13");
    return verdict;
  }
  auto accept = websocket::accept_key(head.header("sec-websocket-key"));
  if (!accept) {
    verdict.refusal = problem(errc::bad_request, "Sec-WebSocket-Key is not 16 bytes in base64", request_id);
    return verdict;
  }
  if (!origins.may_connect(head)) {
    verdict.refusal = problem(errc::forbidden, "This origin may not connect", request_id);
    return verdict;
  }
  verdict.acceptance = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Accept: " +
                       *accept + "\r\n";
  auto chosen = websocket::pick_subprotocol(head.header("sec-websocket-protocol"), subprotocols);
  if (!chosen.empty())
    verdict.acceptance += "Sec-WebSocket-Protocol: " + std::string{chosen} + "\r\n";
  verdict.acceptance += "X-Request-Id: " + std::string{request_id} + "\r\n\r\n";
  return verdict;
}

} // namespace callboard::http

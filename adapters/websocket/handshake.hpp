#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace callboard::websocket {

/// `Sec-WebSocket-Accept` for the client's `Sec-WebSocket-Key` (RFC 6455 section 4.2.2); nothing if the key is not 16
/// bytes in base64.
std::optional<std::string> accept_key(std::string_view client_key);

/// The first of the client's subprotocols (the value of `Sec-WebSocket-Protocol`, a comma-separated list in its order
/// of preference) that is among `supported`; empty if there is none.
std::string_view pick_subprotocol(std::string_view offered, std::span<const std::string_view> supported);

} // namespace callboard::websocket

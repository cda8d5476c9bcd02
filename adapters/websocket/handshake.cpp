#include "adapters/websocket/handshake.hpp"

#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"

#include <algorithm>

namespace callboard::websocket {

namespace {

constexpr std::string_view protocol_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t nonce_size = 16;

std::string_view trim(std::string_view text) {
  constexpr std::string_view white_space = " \t";
  const auto first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

} // namespace

std::optional<std::string> accept_key(std::string_view client_key) {
  if (client_key.size() > 64)
    return std::nullopt;
  const auto nonce = crypto::base64_decode(client_key);
  if (!nonce || nonce->size() != nonce_size)
    return std::nullopt;
  return crypto::base64_encode(crypto::sha1(std::string(client_key).append(protocol_guid)));
}

std::string_view pick_subprotocol(std::string_view offered, std::span<const std::string_view> supported) {
  while (!offered.empty()) {
    const auto comma = std::min(offered.find(','), offered.size());
    const auto name = trim(offered.substr(0, comma));
    if (const auto found = std::find(supported.begin(), supported.end(), name); found != supported.end())
      return *found;
    offered.remove_prefix(std::min(comma + 1, offered.size()));
  }
  return {};
}

} // namespace callboard::websocket

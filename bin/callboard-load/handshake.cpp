#include "bin/callboard-load/handshake.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <openssl/evp.h>

namespace callboard::load {

namespace {

constexpr std::size_t longest_answer = 8192;

bool same_letters(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == text.npos ? std::string_view{} : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

} // namespace

std::string upgrade_request(std::string_view host, std::string_view target, std::string_view key) {
  std::string request = "GET ";
  request.append(target).append(" HTTP/1.1\r\nHost: ").append(host);
  request.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ");
  request.append(key).append("\r\n\r\n");
  return request;
}

std::string accept_value(std::string_view key) {
  const std::string text = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr) != 1)
    return {};
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> encoded{};
  const int size = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(length));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size)};
}

upgrade_answer read_upgrade_answer(std::string_view bytes, std::string_view expected_accept) {
  using state = upgrade_answer::state;
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == bytes.npos)
    return bytes.size() > longest_answer ? upgrade_answer{state::refused, 0, "the answer's header does not end"}
                                         : upgrade_answer{};
  std::string_view head = bytes.substr(0, end);
  const std::string_view status = head.substr(0, head.find("\r\n"));
  if (!status.starts_with("HTTP/1.1 101"))
    return {state::refused, 0, "the server answered " + std::string{status.substr(0, 100)}};
  while (!head.empty()) {
    const std::size_t line_end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, line_end);
    head.remove_prefix(std::min(line_end + 2, head.size()));
    const std::size_t colon = line.find(':');
    if (colon != line.npos && same_letters(line.substr(0, colon), "Sec-WebSocket-Accept"))
      return trimmed(line.substr(colon + 1)) == expected_accept
                 ? upgrade_answer{state::accepted, end + 4, {}}
                 : upgrade_answer{state::refused, 0, "Sec-WebSocket-Accept does not match"};
  }
  return {state::refused, 0, "the answer has no Sec-WebSocket-Accept"};
}

} // namespace callboard::load

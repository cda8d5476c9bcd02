#pragma once

#include "adapters/websocket/decoder.hpp"
#include "adapters/websocket/unmask.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace callboard::test {

/// A frame as a client would send it, or as only a broken one would.
struct client_frame {
  int opcode = 1;
  std::string payload = {};
  bool final = true;
  int reserved = 0;
  bool masked = true;
  /// Bytes of the extended length: 0, 2 or 8; -1 for the shortest that fits.
  int length_bytes = -1;
};

inline std::string encode(const client_frame& frame) {
  const auto size = frame.payload.size();
  const int extended = frame.length_bytes >= 0 ? frame.length_bytes : size < 126 ? 0 : size <= 0xffff ? 2 : 8;
  std::string bytes;
  bytes.push_back(static_cast<char>((frame.final ? 0x80 : 0) | frame.reserved << 4 | frame.opcode));
  const auto short_length = extended == 0 ? static_cast<int>(size) : extended == 2 ? 126 : 127;
  bytes.push_back(static_cast<char>((frame.masked ? 0x80 : 0) | short_length));
  for (int i = extended - 1; i >= 0; --i)
    bytes.push_back(static_cast<char>(size >> (8 * i)));
  std::string payload = frame.payload;
  if (frame.masked) {
    const websocket::mask_key key{'\x37', '\xfa', '\x21', '\x3d'};
    bytes.append(key.data(), key.size());
    for (std::size_t i = 0; i < payload.size(); ++i)
      payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
  }
  return bytes + payload;
}

inline std::string encode(const std::vector<client_frame>& frames) {
  std::string bytes;
  for (const auto& frame : frames)
    bytes += encode(frame);
  return bytes;
}

/// An event as text: `text:Hello`, `ping:abc`, `close:1000:reason`, `fail:1002`. Long payloads are shortened.
inline std::string describe(const websocket::event& found) {
  auto payload = std::string(found.payload);
  if (payload.size() > 200)
    payload = payload.substr(0, 10) + "...(" + std::to_string(payload.size()) + ")";
  const auto code = std::to_string(static_cast<int>(found.code));
  switch (found.what) {
  case websocket::event::kind::text:
    return "text:" + payload;
  case websocket::event::kind::ping:
    return "ping:" + payload;
  case websocket::event::kind::pong:
    return "pong:" + payload;
  case websocket::event::kind::close:
    return "close:" + code + (payload.empty() ? "" : ":" + payload);
  case websocket::event::kind::failure:
    return "fail:" + code;
  case websocket::event::kind::need_more:
    break;
  }
  return "";
}

/// Feeds `chunk` from a buffer that is destroyed afterwards, as a buffer shared by many connections would be.
inline void feed(websocket::decoder& decoder, std::string_view chunk, std::vector<std::string>& events) {
  std::vector<char> buffer(chunk.begin(), chunk.end());
  std::span<char> input(buffer);
  for (;;) {
    const auto found = decoder.next(input);
    if (found.what == websocket::event::kind::need_more)
      break;
    events.push_back(describe(found));
  }
}

/// The events of `bytes`, fed in chunks of `chunk_size`.
inline std::vector<std::string> decode(std::string_view bytes, std::size_t chunk_size,
                                       std::size_t maximum_message = 65536) {
  websocket::decoder decoder(maximum_message);
  std::vector<std::string> events;
  for (std::size_t i = 0; i < bytes.size(); i += chunk_size)
    feed(decoder, bytes.substr(i, chunk_size), events);
  return events;
}

} // namespace callboard::test

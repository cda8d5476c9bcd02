#pragma once

#include <memory>
#include <string>

#include "adapters/websocket/encoder.hpp"
#include "messages/delivery.hpp"

namespace callboard::http::wire {

/// One text frame in the making: objects separated by newlines. The bytes are gathered in a buffer of the thread, so
/// that what leaves has exactly its size; one frame at a time and thread.
class frame_buffer {
public:
  frame_buffer() { payload().clear(); }
  frame_buffer(const frame_buffer&) = delete;
  frame_buffer& operator=(const frame_buffer&) = delete;

  std::string& payload() const {
    thread_local std::string bytes;
    return bytes;
  }

  /// To be called before each object.
  void next_object() {
    if (!payload().empty())
      payload() += '\n';
  }

  shared_bytes finish() {
    constexpr std::size_t kept = 1u << 20; // a page of a backlog fits; a rare giant is given back
    auto& bytes = payload();
    auto header = websocket::frame_header::text(bytes.size());
    auto frame = std::make_shared<std::string>();
    frame->reserve(header.size() + bytes.size());
    frame->append(header.view());
    frame->append(bytes);
    if (bytes.capacity() > kept)
      bytes = {};
    return frame;
  }
};

} // namespace callboard::http::wire

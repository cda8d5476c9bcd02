#pragma once

#include "adapters/websocket/close_code.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace callboard::websocket {

/// What the decoder found in its input.
struct event {
  enum class kind {
    need_more, ///< the input is used up; what is unfinished is kept inside
    text,      ///< a whole message in `payload`, valid UTF-8
    ping,      ///< to be answered by a pong with `payload`
    pong,      ///< `payload` is what our ping carried, or anything
    close,     ///< the peer closes with `code` and the reason `payload`; nothing follows
    failure,   ///< the peer broke the protocol: close with `code`; nothing follows
  };

  kind what = kind::need_more;
  /// Lies in the input or in the decoder; valid until the next call of `next` and as long as the input's memory.
  std::string_view payload = {};
  close_code code = close_code::no_status;
};

/// The receiving half of a server's WebSocket connection (RFC 6455, no extensions): bytes in, events out, no I/O.
///
/// A message that lies whole in the input is unmasked in place and handed out without a copy. Only the unfinished rest
/// of a frame or of a fragmented message is kept, on the heap; between messages the decoder holds nothing but its 16
/// bytes. What is kept never exceeds what the peer has really sent, nor the limits by more than a header.
///
/// Violations and their codes: 1002 for reserved bits, unknown opcodes, frames without mask, lengths that are not
/// minimal, control frames over 125 bytes or fragmented, continuations out of place, invalid close codes; 1003 for
/// binary messages; 1007 for text or reasons that are not UTF-8; 1009 for messages over the limit, whose payload is
/// not waited for.
class decoder {
public:
  /// `maximum_message` in bytes, over all fragments; messages above it fail with 1009.
  explicit decoder(std::size_t maximum_message = 65536);
  ~decoder();
  decoder(decoder&&) noexcept;
  decoder& operator=(decoder&&) noexcept;

  /// Takes bytes off the front of `input` (and changes them: unmasking happens in place) up to the next event. Call
  /// again with what is left of `input` until it answers `need_more`; then `input` is empty and its memory free.
  event next(std::span<char>& input);

  /// Whether nothing is kept on the heap: true between messages after `need_more`.
  bool is_idle() const { return unfinished_ == nullptr; }

private:
  struct frame;
  struct unfinished;

  event fail(close_code code);
  void release_delivered();
  frame read_header(std::string_view bytes) const;
  std::span<char> complete_frame(frame& header, std::span<char>& input, bool& kept);
  event accept(const frame& header, std::span<char> payload, bool kept);
  event accept_data(const frame& header, std::span<char> payload);
  event accept_close(std::string_view payload);

  std::unique_ptr<unfinished> unfinished_;
  std::uint32_t maximum_message_;
  bool finished_ = false;
};

static_assert(sizeof(decoder) <= 16);

} // namespace callboard::websocket

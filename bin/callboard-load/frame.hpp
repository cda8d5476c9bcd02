#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace callboard::load {

/// Opcodes of RFC 6455, section 5.2.
enum class opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// A frame found at the front of some bytes. The payload points into those bytes.
struct frame {
  opcode code;
  bool final;
  std::string_view payload;
  std::size_t size; ///< header and payload, in bytes
};

/// What the front of some bytes is.
enum class frame_status { complete, incomplete, invalid };

/// Decodes the frame of a server at the front of `bytes` (RFC 6455, 5.2): unmasked, no extension, lengths in their
/// shortest form, control frames whole and of at most 125 bytes. A payload beyond `max_payload` bytes is invalid.
frame_status decode_frame(std::string_view bytes, std::size_t max_payload, frame& out);

/// Appends a whole masked frame of a client (RFC 6455, 5.3) to `out`.
void append_frame(std::string& out, opcode code, std::string_view payload, std::uint32_t mask);

/// Puts frames together to messages over reads of any size. While frames arrive whole nothing is copied or kept;
/// otherwise the unfinished rest is kept here.
class message_reader {
public:
  /// Bytes that may be read behind every payload handed out, without meaning; the JSON scanner asks for them.
  static constexpr std::size_t padding = 64;

  explicit message_reader(std::size_t max_message) : max_message_(max_message) {}

  /// Takes what was read and calls `sink(opcode, payload) -> bool` for each whole message and control frame in order;
  /// stops when it answers false. `bytes` must be followed by `padding` readable bytes.
  /// Answers false if the bytes break the protocol or a message exceeds the bound; the connection is then of no use.
  template <class Sink>
  bool feed(std::string_view bytes, Sink&& sink) {
    if (rest_.empty()) {
      const std::size_t used = consume(bytes, sink);
      if (used == invalid)
        return false;
      keep(bytes.substr(used));
      return true;
    }
    append(rest_, bytes);
    const std::size_t used = consume(rest_, sink);
    if (used == invalid)
      return false;
    if (used == rest_.size())
      release(rest_);
    else
      rest_.erase(0, used);
    return true;
  }

private:
  static constexpr std::size_t invalid = static_cast<std::size_t>(-1);

  template <class Sink>
  std::size_t consume(std::string_view bytes, Sink& sink) {
    std::size_t used = 0;
    while (used < bytes.size()) {
      frame found;
      const frame_status status = decode_frame(bytes.substr(used), max_message_, found);
      if (status == frame_status::invalid)
        return invalid;
      if (status == frame_status::incomplete)
        break;
      used += found.size;
      if (found.final && found.code != opcode::continuation && (!fragmented_ || found.code >= opcode::close))
          [[likely]] {
        if (!sink(found.code, found.payload))
          return bytes.size();
        continue;
      }
      if (!join(found))
        return invalid;
      if (found.final) {
        const bool go_on = sink(fragment_code_, std::string_view{fragments_});
        release(fragments_);
        if (!go_on)
          return bytes.size();
      }
    }
    return used;
  }

  bool join(const frame& part);
  void keep(std::string_view bytes);
  static void append(std::string& to, std::string_view bytes);
  static void release(std::string& text);

  std::size_t max_message_;
  std::string rest_;      ///< an unfinished frame
  std::string fragments_; ///< the parts so far of a fragmented message
  opcode fragment_code_ = opcode::text;
  bool fragmented_ = false;
};

} // namespace callboard::load

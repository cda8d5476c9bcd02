#pragma once

#include "bin/callboard-load/channel_table.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <vector>

namespace callboard::load {

/// A publication of a channel of the table.
struct publication {
  std::uint32_t channel = channel_table::unknown;
  std::uint64_t offset = 0;   ///< 0: an ephemeral one, outside the stream
  std::uint64_t sequence = 0; ///< the number this run gave the message; 0: not of this run
};

/// What a line from the server is.
enum class message_kind { ping, publication, reply, unsubscribe, disconnect, other, malformed };

/// A parsed line; which fields mean something depends on `kind`. Views point into the scanner and hold until its next
/// line.
struct message {
  message_kind kind = message_kind::malformed;
  publication published;                 ///< publication
  std::uint32_t channel = 0;             ///< unsubscribe
  std::uint32_t id = 0;                  ///< reply: of the command it answers
  std::uint32_t code = 0;                ///< reply: 0 or the error's code; unsubscribe, disconnect: why
  std::string_view reason;               ///< the same in words
  std::uint64_t offset = 0;              ///< reply to subscribe: position of the stream
  std::string_view epoch;                ///< reply to subscribe
  bool recovered = false;                ///< reply to subscribe
  std::vector<publication> publications; ///< reply to subscribe: the publications recovered with it
};

/// Reads lines of the Centrifuge protocol in its JSON form (version 2).
///
/// A publication has the same bytes for every subscriber. So each distinct line is parsed once and kept; the next
/// subscriber for whom the same offset of the same channel is due only compares bytes. That keeps a delivery at a few
/// nanoseconds without ever guessing at what a line means.
class scanner {
public:
  /// channels: must outlive the scanner. run: marks this run's texts, see `text_of`.
  scanner(const channel_table& channels, std::string run);

  /// The text of message `sequence` (from 1), filled up to `size` bytes: "<run>:<sequence>:xxx".
  std::string text_of(std::uint64_t sequence, std::size_t size) const;

  /// If `lines` begins with the publication that has this channel and offset, as known from an earlier subscriber:
  /// that publication, and its length in `length`. Otherwise null.
  const publication* known(std::string_view lines, std::uint32_t channel, std::uint64_t offset,
                           std::size_t& length) const {
    const memory& slot = memories_[slot_of(channel, offset)];
    if (slot.line.empty() || slot.published.offset != offset || slot.published.channel != channel ||
        !lines.starts_with(slot.line) || (lines.size() > slot.line.size() && lines[slot.line.size()] != '\n'))
      return nullptr;
    length = slot.line.size();
    return &slot.published;
  }

  /// Parses one line, without its line feed. `line` must be followed by 64 readable bytes.
  const message& parse(std::string_view line);

private:
  static constexpr std::size_t slots = 1024;
  static constexpr std::size_t longest_kept = 4096;

  struct memory {
    std::string line;
    publication published;
  };

  static std::size_t slot_of(std::uint32_t channel, std::uint64_t offset) { return (channel * 64 + offset) % slots; }

  bool parse_push(simdjson::ondemand::object push);
  bool parse_reply(simdjson::ondemand::object reply);
  bool parse_publication(simdjson::ondemand::object body, publication& out) const;
  std::uint64_t sequence_of(std::string_view text) const;

  const channel_table& channels_;
  std::string run_;
  simdjson::ondemand::parser parser_;
  message message_;
  std::array<memory, slots> memories_;
};

} // namespace callboard::load

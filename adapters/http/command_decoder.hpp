#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/commands.hpp"

namespace callboard::http {

/// What a text frame held.
struct decoded_frame {
  std::vector<command> commands; // in order; what is understood but wrong is a `refused_command`
  unsigned pongs = 0;            // empty objects: answers to our pings
  bool violation = false;        // not the protocol at all: close with 3501
  std::string reason;            // of the violation, for the close frame: at most 123 bytes of plain text
};

/// The incoming half of the wire format. Thread-safe, called on I/O threads.
class command_decoder {
public:
  virtual ~command_decoder() = default;

  /// Decodes one frame: JSON objects separated by newlines, valid UTF-8. No byte beyond the frame may be
  /// read. More than `max_commands` objects (pongs counted) are a violation.
  virtual decoded_frame decode(std::string_view frame, std::size_t max_commands) const = 0;
};

} // namespace callboard::http

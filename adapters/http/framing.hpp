#pragma once

#include <cstdint>
#include <string_view>

namespace callboard::http {

enum class body_framing : std::uint8_t { none, length, chunked };

/// How a request is framed, or why it is refused.
struct framing {
  unsigned refusal = 0;    // HTTP status of the refusal; 0: accepted
  std::string_view reason; // of the refusal
  body_framing body = body_framing::none;
  std::uint64_t content_length = 0;
  unsigned version = 11; // 10 or 11
  bool keep_alive = true;
  bool expects_continue = false;
};

/// Decides about a raw header block (request line to empty line, with its final CRLF CRLF) before any parser sees it,
/// so that no two readers can disagree about where the request ends (security.md point 23; RFC 9112, sections 2.2, 3,
/// 5 and 6). Stricter than the RFC: whatever could be read in two ways is refused with 400, to be followed by closing
/// the connection. 431 for more than 100 fields, 505 for other versions.
framing check_framing(std::string_view block);

/// Characters of a token (RFC 9110, 5.6.2): methods, field names.
bool is_token(std::string_view text);

} // namespace callboard::http

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace callboard::http {

/// Decodes a chunked body (RFC 9112, 7.1), strictly: sizes of 1-8 hexadecimal digits, no extensions, CRLF alone ends a
/// line, no trailers. Beast's own decoder takes trailers for header fields, so it is not used for bodies.
class chunked_decoder {
public:
  enum class status : std::uint8_t { need_more, done, malformed, too_large };

  explicit chunked_decoder(std::size_t max_body_bytes) : limit_{max_body_bytes} {}

  /// Takes bytes off the front of `input`, appending content to `body`. After `done`, what is left of `input` belongs
  /// to the next request.
  status decode(std::string_view& input, std::string& body);

private:
  enum class state : std::uint8_t { size, size_end, data, data_cr, data_lf, last_cr, last_lf, done };

  status take_size(char c);

  std::size_t limit_;
  std::uint64_t remaining_ = 0;
  unsigned digits_ = 0;
  state state_ = state::size;
};

} // namespace callboard::http

// A chunked body, after a byte for its bound and one for the size of the pieces in which it comes.
//
// Always so: the body stays within its bound, how the bytes were cut does not show, and a body that was understood is
// understood again when it is sent as one chunk, whatever follows it.
#include "adapters/http/chunked.hpp"
#include "tests/fuzz/support.hpp"

using namespace callboard;
using fuzz::require;
using status = http::chunked_decoder::status;

namespace {

struct decoded {
  status end = status::need_more;
  std::string body;
  std::size_t left = 0; // bytes behind the body
  friend bool operator==(const decoded&, const decoded&) = default;
};

decoded decode(std::string_view bytes, std::size_t limit, std::size_t piece) {
  http::chunked_decoder decoder{limit};
  decoded result;
  for (std::size_t at = 0; at < bytes.size() && result.end == status::need_more; at += piece) {
    auto given = bytes.substr(at, piece);
    auto input = given;
    result.end = decoder.decode(input, result.body);
    require(result.body.size() <= limit);
    require(result.end != status::need_more || input.empty());
    if (result.end == status::done)
      result.left = bytes.size() - at - (given.size() - input.size());
  }
  return result;
}

std::string one_chunk(std::string_view body) {
  char size[24];
  std::snprintf(size, sizeof size, "%zx\r\n", body.size());
  return body.empty() ? "0\r\n\r\n" : size + std::string{body} + "\r\n0\r\n\r\n";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input input{data, size};
  const std::size_t limit = input.byte(), piece = 1 + input.byte() % 16;
  auto bytes = input.rest();
  auto whole = decode(bytes, limit, bytes.size() + 1);
  require(decode(bytes, limit, piece) == whole);
  require(decode(bytes, limit, 1) == whole);
  if (whole.end == status::done) {
    constexpr std::string_view next = "GET / HTTP/1.1\r\n";
    require(decode(one_chunk(whole.body) + std::string{next}, limit, piece) ==
            decoded{status::done, whole.body, next.size()});
  }
  return 0;
}

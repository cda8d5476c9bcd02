// The bytes of a WebSocket connection, as the client sends them. test_websocket runs seeded mutations of the corpus
// through the same function.
//
// Always so: how the bytes were cut into reads does not show; each event takes bytes off the input; a message stays
// within its bound, a control frame within 125 bytes, a text is valid UTF-8; nothing comes after a close or a failure.
#include "adapters/websocket/decoder.hpp"

#include <cstdint>
#include <cstdlib>
#include <simdjson.h>
#include <string>
#include <vector>

using namespace callboard;

namespace {

constexpr std::size_t maximum_message = 300;

// Aborts on whatever the decoder must never do; the events as text otherwise.
std::string run(const std::uint8_t* data, std::size_t size, std::size_t chunk_size) {
  websocket::decoder decoder(maximum_message);
  std::string trace;
  bool finished = false;
  for (std::size_t i = 0; i < size; i += chunk_size) {
    const auto end = std::min(size, i + chunk_size);
    std::vector<char> buffer(data + i, data + end);
    std::span<char> input(buffer);
    for (;;) {
      const auto before = input.size();
      const auto found = decoder.next(input);
      if (found.what == websocket::event::kind::need_more) {
        if (!input.empty())
          std::abort();
        break;
      }
      const bool shrunk = input.size() < before || found.what == websocket::event::kind::failure;
      const bool text = found.what == websocket::event::kind::text;
      if (finished || !shrunk || found.payload.size() > (text ? maximum_message : 125) ||
          (text && !simdjson::validate_utf8(found.payload.data(), found.payload.size())))
        std::abort();
      finished = found.what == websocket::event::kind::failure || found.what == websocket::event::kind::close;
      trace += std::to_string(static_cast<int>(found.what)) + ':' + std::to_string(static_cast<int>(found.code)) + ':' +
               std::string(found.payload) + '\n';
    }
  }
  return trace;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto whole = run(data, size, size == 0 ? 1 : size);
  // How the bytes were cut must not show.
  for (const std::size_t chunk_size : {1, 2, 7, 64})
    if (run(data, size, chunk_size) != whole)
      std::abort();
  return 0;
}

// libFuzzer's entry for the decoder of WebSocket commands: clang++ -fsanitize=fuzzer,address with this file, or linked
// into test_wire, which runs seeded mutations of proper commands through the same function.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "adapters/http/wire/centrifuge_json.hpp"
#include "messages/messages.hpp"

using namespace callboard;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t most = 8;
  static const http::wire::centrifuge_json protocol{"epoch", "version"};
  std::string_view frame{reinterpret_cast<const char*>(data), size};
  auto decoded = protocol.decode(frame, most);
  // A violation says why and brings nothing; anything else brings no more than was allowed, with ids to answer to.
  if (decoded.violation) {
    if (!decoded.commands.empty() || decoded.reason.empty() || decoded.reason.size() > 123)
      std::abort();
    return 0;
  }
  if (decoded.commands.size() + decoded.pongs == 0 || decoded.commands.size() + decoded.pongs > most)
    std::abort();
  for (const auto& each : decoded.commands) {
    if (each.id == 0 && !std::holds_alternative<send_command>(each.body))
      std::abort();
    if (const auto* refused = std::get_if<refused_command>(&each.body))
      if (!refused->reason || protocol.encode_error(each.id, refused->reason)->size() > 2'000)
        std::abort();
  }
  return 0;
}

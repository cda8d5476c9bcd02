// A text frame of WebSocket commands. test_wire runs seeded mutations of proper commands through the same function.
//
// Always so: a violation says why, within a close frame, and brings nothing; anything else brings no more than was
// allowed, each with an id to answer to, its texts in valid UTF-8; a refusal can be written as a reply.
#include <algorithm>
#include <vector>

#include "adapters/http/text.hpp"
#include "adapters/http/wire/centrifuge_json.hpp"
#include "messages/messages.hpp"
#include "tests/fuzz/support.hpp"

using namespace callboard;
using fuzz::require;

namespace {

/// The texts that a command brings.
struct texts_of {
  using texts = std::vector<std::string>;

  texts operator()(const connect_command& body) const {
    return {body.token.reveal(), body.personal ? body.personal->epoch : std::string{}};
  }
  texts operator()(const subscribe_command& body) const { return {body.recovery.epoch}; }
  texts operator()(const post_command& body) const { return {body.text, body.key}; }
  texts operator()(const refresh_command& body) const { return {body.token.reveal()}; }
  texts operator()(const list_rooms_command& body) const { return {body.cursor}; }
  texts operator()(const create_room_command& body) const {
    auto all = body.members;
    all.push_back(body.name);
    return all;
  }
  texts operator()(const create_reminder_command& body) const { return {body.reminder.text, body.reminder.timezone}; }
  texts operator()(const list_reminders_command& body) const { return {body.cursor}; }
  texts operator()(const refused_command& body) const {
    auto context = context_of(body.reason);
    texts all{context.detail};
    for (const auto& field : context.fields)
      all.insert(all.end(), {field.pointer, field.code, field.detail});
    return all;
  }
  template <class Body>
  texts operator()(const Body&) const {
    return {};
  }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t most = 8;
  static const http::wire::centrifuge_json protocol{"epoch", "version"};
  auto decoded = protocol.decode(fuzz::text_of(data, size), most);
  if (decoded.violation) {
    require(decoded.commands.empty() && !decoded.reason.empty() && decoded.reason.size() <= 123);
    return 0;
  }
  const auto count = decoded.commands.size() + decoded.pongs;
  require(count > 0 && count <= most);
  for (const auto& each : decoded.commands) {
    require(each.id != 0 || std::holds_alternative<send_command>(each.body));
    auto texts = std::visit(texts_of{}, each.body);
    require(std::all_of(texts.begin(), texts.end(), [](const auto& text) { return http::is_utf8(text); }));
    if (const auto* refused = std::get_if<refused_command>(&each.body))
      require(refused->reason && protocol.encode_error(each.id, refused->reason)->size() <= 2'000);
  }
  return 0;
}

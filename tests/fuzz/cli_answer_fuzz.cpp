// What a server, perhaps a hostile one, sends to the terminal client: lines are frames of a conversation, and each is
// also shown as a problem document and as an event.
//
// Always so: whatever is printed is one line without control characters; unless a room's history was replaced, its
// position goes on by one with each event that is shown, so none is shown twice; a typed line is acknowledged at most
// once; each frame that the client sends is an object of JSON with an id.
#include "bin/callboard-cli/chat_lines.hpp"
#include "bin/callboard-cli/conversation.hpp"
#include "bin/callboard-cli/problems.hpp"
#include "bin/callboard-cli/utf8.hpp"
#include "tests/fuzz/support.hpp"

using namespace callboard::cli;
using callboard::fuzz::require;

namespace {

void check_shown(std::string_view line) {
  require(is_utf8(line) && neutralise(line) == line);
}

void check_texts(std::string_view text) {
  for (auto spoken : {language::english, language::russian}) {
    const texts say{spoken};
    check_shown(describe_problem(read_problem(422, text), say));
    const auto value = parse_json(text);
    if (!value)
      continue;
    if (auto line = chat_line(*value, say, colours{false}))
      check_shown(*line);
    if (auto line = personal_line(*value, say, colours{false}))
      check_shown(*line);
  }
}

void check_sent(conversation& talk) {
  for (const auto& frame : talk.take_frames()) {
    if (frame == "{}") // a pong
      continue;
    require(number_at(callboard::fuzz::json_of(frame), "id") > 0);
  }
}

void check_conversation(std::string_view frames) {
  conversation talk{3, 10, "E"};
  talk.open("token");
  talk.type("hello", "key-1");
  talk.type("again", "key-2");
  while (!frames.empty()) {
    auto end = std::min(frames.find('\n'), frames.size());
    const auto position = talk.position();
    const auto waiting = talk.unacknowledged();
    std::int64_t shown = 0;
    bool replaced = false;
    for (const auto& each : talk.receive(frames.substr(0, end))) {
      shown += each.what == occurrence::kind::event;
      replaced = replaced || each.what == occurrence::kind::history_replaced;
    }
    require(replaced ? talk.position() >= shown : talk.position() - position == shown);
    require(talk.unacknowledged() <= waiting);
    check_sent(talk);
    frames.remove_prefix(std::min(end + 1, frames.size()));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = callboard::fuzz::text_of(data, size);
  check_texts(text);
  check_conversation(text);
  return 0;
}

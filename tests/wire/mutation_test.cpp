#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>

#include "tests/wire/wire_support.hpp"

using namespace callboard;
using namespace callboard::http::wire::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

const std::string samples[] = {
    R"({"id":1,"connect":{"token":"abc","data":{"a":[1,2.5e3,null]},"subs":{"user:7":{"recover":true,"offset":12}}}})",
    R"({"id":2,"subscribe":{"channel":"room:5","recover":true,"epoch":"e","offset":0,"join_leave":true}})",
    R"({"id":3,"publish":{"channel":"room:5","data":{"text":"x \u00e9 \ud83c\udfad","key":"k","reply_to":1}}})",
    R"({"id":4,"history":{"channel":"room:5","limit":10,"since":{"offset":1,"epoch":"e"},"reverse":true}})",
    R"({"id":5,"rpc":{"method":"reminder.create","data":{"text":"x","due_at":"2031-01-01T00:00:00+01:00"}}})",
    R"({"id":6,"rpc":{"method":"room.create","data":{"name":"x","members":["a","b"],"kind":"public"}}})",
    R"({"id":7,"rpc":{"method":"message.send","data":{"room_id":5,"text":"x"}}})",
    R"({"id":8,"presence":{"channel":"room:5"}})",
    R"({})",
    R"({"send":{"data":"Привет"}})",
};

std::string sample(std::mt19937_64& generator) {
  std::string frame;
  for (auto count = 1 + generator() % 3; count-- > 0;)
    frame += (frame.empty() ? "" : "\n") + samples[generator() % std::size(samples)];
  return frame;
}

void mutate(std::string& frame, std::mt19937_64& generator) {
  static constexpr std::string_view structural = "{}[]\":,\\\n0123456789-.eE tfnu";
  if (frame.empty()) {
    frame += static_cast<char>(generator());
    return;
  }
  auto place = generator() % frame.size();
  switch (generator() % 6) {
  case 0:
    frame[place] = static_cast<char>(generator());
    break;
  case 1:
    frame[place] = structural[generator() % structural.size()];
    break;
  case 2:
    frame.erase(place, 1 + generator() % 4);
    break;
  case 3:
    frame.insert(place, frame, generator() % frame.size(), 1 + generator() % 20);
    break;
  case 4:
    frame.resize(place);
    break;
  default:
    std::swap(frame[place], frame[generator() % frame.size()]);
  }
}

} // namespace

TEST_CASE("twenty thousand mutated frames are decoded or refused") {
  const auto* given = std::getenv("CALLBOARD_TEST_SEED");
  auto seed = given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
  MESSAGE("seed ", seed); // said at once: a crash ends the test before a failure could say it
  std::mt19937_64 generator{seed};
  std::size_t violations = 0;
  std::size_t understood = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto frame = sample(generator);
    for (auto count = generator() % 6; count-- > 0;)
      mutate(frame, generator);
    // A buffer of exactly this size, so that a read beyond it is seen.
    auto exact = std::make_unique<char[]>(frame.size());
    std::copy(frame.begin(), frame.end(), exact.get());
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(exact.get()), frame.size());
    auto decoded = protocol().decode({exact.get(), frame.size()}, 64);
    ++(decoded.violation ? violations : understood);
  }
  CHECK(violations > 1'000);
  CHECK(understood > 1'000);
}

#include <map>
#include <set>
#include <sstream>

#include "tests/actors/mirror_fixture.hpp"
#include "tests/core/random.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

/// What one subscription must have been sent: every offset after its position, in order, once.
struct follower {
  stream_offset from = 0; // its position, or the head when it came
  bool at_head = false;
  std::size_t lines_before = 0;
  bool over = false;
};

/// Offsets that a connection was sent since a line; `begin` becomes where its subscription begins.
std::vector<stream_offset> received(const lines& sent, std::size_t from_line, stream_offset& begin) {
  std::vector<stream_offset> result;
  for (auto i = from_line; i < sent.size(); ++i) {
    std::istringstream in{sent[i]};
    std::string word;
    in >> word;
    if (word == "reply") {
      in >> word >> word;
      auto at = std::stoull(word.substr(word.find('@') + 1));
      if (in >> word && word == "recovered")
        in >> word;
      else
        begin = at; // not recovered: from the head
    } else if (word == "events") {
      in >> word;
    } else {
      continue;
    }
    if (word.empty() || !std::isdigit(static_cast<unsigned char>(word.front())))
      continue;
    std::istringstream numbers{word};
    for (std::string number; std::getline(numbers, number, ',');)
      result.push_back(std::stoull(number));
  }
  return result;
}

} // namespace

TEST_CASE("random histories: every member sees every event after its position, in order, once") {
  auto seed = random_seed();
  INFO("CALLBOARD_TEST_SEED=" << seed);
  random_source random{seed};
  for (int round = 0; round < 25; ++round) {
    mirror_fixture world;
    world.config.ring_events = random.between(1, 12);
    world.config.page_events = static_cast<std::uint32_t>(random.between(1, 7));
    world.config.events_per_frame = random.between(1, 5);
    world.config.gather_per_connection = std::chrono::milliseconds{random.between(0, 1)};
    world.answer_by_itself();
    world.begin(random.between(0, 30));
    std::map<int, follower> following;
    int connections = 0;
    auto check = [&](int number, bool complete) {
      auto& mine = following.at(number);
      auto sent = world.sent(number);
      auto begin = mine.from;
      auto got = received(sent, 0, begin);
      CAPTURE(number);
      for (std::size_t i = 0; i < got.size(); ++i)
        REQUIRE(got[i] == begin + 1 + i);
      if (complete)
        REQUIRE(begin + got.size() == world.log.size());
    };
    for (int step = 0; step < 120; ++step) {
      switch (random.between(0, 9)) {
      case 0:
      case 1:
      case 2:
        world.commit(world.log.size() + random.between(1, 6));
        break;
      case 3:
      case 4: {
        auto number = ++connections;
        follower mine;
        if (random.chance(0.7)) {
          mine.from = random.between(0, world.log.size());
          world.recover(number, mine.from, number);
        } else {
          mine.from = world.log.size();
          world.join(number, number);
        }
        following.emplace(number, mine);
        break;
      }
      case 5:
      case 6: {
        if (connections == 0)
          break;
        auto number = static_cast<int>(random.between(1, static_cast<std::uint64_t>(connections)));
        if (world.out->at(world.connection(number)).pages > 0)
          world.drain(number);
        break;
      }
      case 7: {
        if (connections == 0)
          break;
        auto number = static_cast<int>(random.between(1, static_cast<std::uint64_t>(connections)));
        auto& mine = following.at(number);
        if (mine.over)
          break;
        mine.over = true;
        if (random.chance(0.5)) {
          world.leave(number);
          mine.lines_before = world.sent(number).size();
          break;
        }
        // Removed in the middle of a batch.
        auto before = world.log.size();
        world.grow(before + 3);
        world.log[before + 1].kind = event_kind::member_removed;
        world.log[before + 1].target = user_id{number};
        world.deliver(before, before + 3);
        mine.lines_before = world.sent(number).size();
        CHECK(world.last(number) == "unsubscribe 2000");
        break;
      }
      case 8:
        // The room goes down, and commits before this mirror watches it again.
        world.grow(world.log.size() + random.between(0, 4));
        world.restart_room();
        world.advance(world.config.retry * 2);
        break;
      default: {
        // A batch that was lost before another one, or comes twice.
        auto before = world.log.size();
        world.grow(before + random.between(2, 5));
        auto middle = random.between(before, world.log.size() - 1);
        world.deliver(middle, world.log.size());
        if (random.chance(0.3))
          world.deliver(before, world.log.size());
      }
      }
      if (random.chance(0.3))
        world.advance(std::chrono::milliseconds{1});
      for (auto& [number, mine] : following)
        if (mine.over)
          CHECK(world.sent(number).size() == mine.lines_before);
    }
    world.advance(std::chrono::milliseconds{2});
    for (int pass = 0; pass < 1000; ++pass) {
      bool waiting = false;
      for (auto& [number, mine] : following)
        if (!mine.over && world.out->at(world.connection(number)).pages > 0) {
          world.drain(number);
          waiting = true;
        }
      if (!waiting)
        break;
    }
    for (auto& [number, mine] : following)
      check(number, !mine.over);
  }
}

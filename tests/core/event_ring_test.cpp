#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include "actors/core/event_ring.hpp"
#include "tests/core/random.hpp"

using namespace callboard;

namespace {

room_event event_at(stream_offset offset, std::size_t length = 1) {
  room_event event;
  event.offset = offset;
  event.text = std::string(length, 'x');
  return event;
}

std::vector<stream_offset> offsets(const std::vector<room_event>& events) {
  std::vector<stream_offset> result;
  for (auto& each : events)
    result.push_back(each.offset);
  return result;
}

constexpr std::size_t plenty = 1u << 20;

} // namespace

TEST_CASE("a ring holds the latest events and says what it covers") {
  core::event_ring ring{3, plenty};
  ring.reset(10);
  CHECK(ring.tail() == 10);
  CHECK(ring.covers(10));
  CHECK_FALSE(ring.covers(9));
  CHECK_FALSE(ring.covers(11));
  CHECK(ring.after(10, plenty).empty());
  for (stream_offset offset = 11; offset <= 15; ++offset)
    CHECK(ring.push(event_at(offset)));
  CHECK(ring.size() == 3);
  CHECK(ring.covers(12));
  CHECK_FALSE(ring.covers(11));
  CHECK(offsets(ring.after(12, plenty)) == std::vector<stream_offset>{13, 14, 15});
  CHECK(offsets(ring.after(14, plenty)) == std::vector<stream_offset>{15});
}

TEST_CASE("a ring takes nothing but the event after its tail") {
  core::event_ring ring{3, plenty};
  ring.reset(5);
  CHECK_FALSE(ring.push(event_at(5)));
  CHECK_FALSE(ring.push(event_at(7)));
  CHECK(ring.tail() == 5);
  CHECK(ring.size() == 0);
  CHECK(ring.push(event_at(6)));
}

TEST_CASE("a page has at least one event, and else ends before its bound") {
  core::event_ring ring{10, plenty};
  ring.reset(0);
  for (stream_offset offset = 1; offset <= 4; ++offset)
    ring.push(event_at(offset, 100));
  CHECK(offsets(ring.after(0, 1)) == std::vector<stream_offset>{1});
  CHECK(offsets(ring.after(0, 2 * (sizeof(room_event) + 100))) == std::vector<stream_offset>{1, 2});
}

TEST_CASE("an event that is larger than the ring is held alone") {
  core::event_ring ring{10, 2000};
  ring.reset(0);
  ring.push(event_at(1, 10));
  ring.push(event_at(2, 5000));
  CHECK(ring.size() == 1);
  CHECK(ring.covers(1));
  ring.push(event_at(3, 10));
  CHECK(offsets(ring.after(2, plenty)) == std::vector<stream_offset>{3});
}

TEST_CASE("random operations agree with a plain model") {
  auto seed = test::random_seed();
  INFO("CALLBOARD_TEST_SEED=" << seed);
  test::random_source random{seed};
  for (int round = 0; round < 200; ++round) {
    auto max_events = static_cast<std::size_t>(random.between(1, 20));
    auto max_bytes = static_cast<std::size_t>(random.between(1, 30)) * sizeof(room_event);
    core::event_ring ring{max_events, max_bytes};
    std::vector<room_event> held;
    stream_offset tail = 0;
    auto weight = [](const room_event& each) { return sizeof(room_event) + each.text.size(); };
    for (int step = 0; step < 100; ++step) {
      if (random.chance(0.02)) {
        tail = random.between(0, 1000);
        held.clear();
        ring.reset(tail);
      } else {
        auto offset = random.chance(0.9) ? tail + 1 : random.between(0, tail + 3);
        auto event = event_at(offset, random.between(0, 300));
        CHECK(ring.push(event) == (offset == tail + 1));
        if (offset == tail + 1) {
          tail = offset;
          held.push_back(event);
          auto bytes = [&] {
            std::size_t sum = 0;
            for (auto& each : held)
              sum += weight(each);
            return sum;
          };
          while (held.size() > max_events || (bytes() > max_bytes && held.size() > 1))
            held.erase(held.begin());
        }
      }
      CHECK(ring.tail() == tail);
      CHECK(ring.size() == held.size());
      auto asked = random.between(tail > 25 ? tail - 25 : 0, tail + 2);
      bool covered = asked <= tail && tail - asked <= held.size();
      CHECK(ring.covers(asked) == covered);
      if (!covered)
        continue;
      auto page = static_cast<std::size_t>(random.between(0, 5)) * sizeof(room_event);
      std::vector<stream_offset> expected;
      std::size_t bytes = 0;
      for (auto& each : held) {
        if (each.offset <= asked)
          continue;
        bytes += weight(each);
        if (!expected.empty() && bytes > page)
          break;
        expected.push_back(each.offset);
      }
      CHECK(offsets(ring.after(asked, page)) == expected);
    }
  }
}

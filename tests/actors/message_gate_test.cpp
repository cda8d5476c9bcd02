#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "actors/message_gate.hpp"

using namespace callboard;

namespace {

core::admission_config exactly(std::size_t count) {
  core::admission_config bounds;
  bounds.first = bounds.least = bounds.most = count;
  return bounds;
}

} // namespace

TEST_CASE("a gate gives as many places as there are, and takes each back when its last copy is gone") {
  auto probe = std::make_shared<node_probe>();
  auto gate = make_message_gate(exactly(2), probe);
  auto first = gate->enter(), second = gate->enter();
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(gate->enter());
  CHECK(probe->messages_under_way.value() == 2);
  CHECK(probe->messages_limit.value() == 2);
  CHECK(probe->messages_refused.value() == 1);
  auto copy = first;
  first.reset();
  CHECK_FALSE(gate->enter());
  copy.reset();
  CHECK(probe->messages_under_way.value() == 1);
  CHECK(gate->enter());
}

TEST_CASE("places outlive their gate's owner, and threads share a gate") {
  auto probe = std::make_shared<node_probe>();
  auto gate = make_message_gate(exactly(8), probe);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([gate] {
      for (int n = 0; n < 20'000; ++n)
        auto place = gate->enter();
    });
  auto place = gate->enter();
  for (auto& each : threads)
    each.join();
  CHECK(probe->messages_under_way.value() == (place ? 1 : 0));
  gate.reset();
  place.reset();
  CHECK(probe->messages_under_way.value() == 0);
}

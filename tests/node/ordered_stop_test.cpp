#include <doctest/doctest.h>

#include <future>
#include <string>
#include <vector>

#include "bin/callboard/ordered_stop.hpp"

using namespace callboard;

namespace {

auto in(std::chrono::milliseconds time) {
  return ordered_stop::clock::now() + time;
}

} // namespace

TEST_CASE("the parts end one after the other, and each is announced before it ends") {
  std::vector<std::string> seen;
  std::string late;
  {
    ordered_stop steps{in(std::chrono::minutes{1}), [&](const std::string& left) { late = left; }};
    for (std::string name : {"rooms", "database", "Redis"})
      steps.add(name, [&seen, name] { seen.push_back(name + " ended"); });
    steps.run([&](const std::string& name) { seen.push_back(name); });
  }
  CHECK(seen == std::vector<std::string>{"rooms", "rooms ended", "database", "database ended", "Redis", "Redis ended"});
  CHECK(late.empty());
}

TEST_CASE("at the deadline it is told what hangs and what has not had its turn, not what has ended") {
  std::promise<std::string> late;
  auto told = late.get_future();
  std::promise<void> released;
  ordered_stop steps{in(std::chrono::milliseconds{2'000}), [&](const std::string& left) {
                       late.set_value(left); // a second time it would throw
                       released.set_value();
                     }};
  steps.add("rooms", [] {});
  steps.add("database", [&] { released.get_future().wait(); });
  steps.add("Redis", [] {});
  steps.run([](const std::string&) {});
  REQUIRE(told.wait_for(std::chrono::seconds{0}) == std::future_status::ready);
  CHECK(told.get() == "database, Redis");
}

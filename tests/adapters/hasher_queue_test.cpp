#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "adapters/hasher/fair_queue.hpp"

using callboard::hashing::fair_queue;

namespace {

using queue = fair_queue<std::string>;
using admission = queue::admission;

admission push(queue& to, const std::string& source, const std::string& name, const std::string& task,
               std::string* gone = nullptr) {
  std::optional<std::string> displaced;
  auto result = to.push(source, name, task, displaced);
  if (gone != nullptr)
    *gone = displaced.value_or("");
  return result;
}

std::string drain(queue& from) {
  std::string order;
  while (!from.empty())
    order += from.pop() + " ";
  return order;
}

} // namespace

TEST_CASE("sources take turns, and within a source its names") {
  queue all{100, 100};
  for (auto* task : {"x1", "x2", "x3"})
    push(all, "a", "x", task);
  push(all, "a", "y", "y1");
  push(all, "b", "z", "z1");
  push(all, "b", "z", "z2");
  CHECK(all.size() == 6);
  CHECK(drain(all) == "x1 z1 y1 z2 x2 x3 ");
}

TEST_CASE("one name from one source has a bound of its own") {
  queue all{100, 2};
  CHECK(push(all, "a", "x", "1") == admission::taken);
  CHECK(push(all, "a", "x", "2") == admission::taken);
  CHECK(push(all, "a", "x", "3") == admission::crowded);
  CHECK(push(all, "a", "y", "4") == admission::taken);
  CHECK(push(all, "b", "x", "5") == admission::taken);
  CHECK(drain(all) == "1 5 4 2 ");
  CHECK(push(all, "a", "x", "6") == admission::taken);
}

TEST_CASE("how many go first is told before one comes") {
  queue all{100, 100};
  CHECK(all.ahead_of("a", "x") == 0);
  for (auto* task : {"x1", "x2", "x3"})
    push(all, "a", "x", task);
  push(all, "b", "z", "z1");
  CHECK(all.ahead_of("a", "x") == 4); // behind all
  CHECK(all.ahead_of("a", "y") == 2); // x1 z1
  CHECK(all.ahead_of("b", "z") == 3); // x1 z1 x2
  CHECK(all.ahead_of("c", "x") == 2); // one of each
  for (auto* name : {"y", "z"}) {
    auto ahead = all.ahead_of("a", name);
    queue copy = all;
    push(copy, "a", name, "new");
    auto order = drain(copy);
    CHECK(static_cast<std::size_t>(
              std::count(order.begin(), order.begin() + static_cast<long>(order.find("new")), ' ')) == ahead);
  }
}

TEST_CASE("when it is full, who has most waiting gives way to who has less") {
  queue all{4, 100};
  std::string gone;
  for (auto* task : {"1", "2", "3", "4"})
    push(all, "flood", "x", task);
  CHECK(push(all, "flood", "x", "5", &gone) == admission::full);
  CHECK(gone.empty());
  CHECK(push(all, "flood", "y", "y", &gone) == admission::taken); // another name of the same source
  CHECK(gone == "4");
  CHECK(push(all, "b", "x", "b1", &gone) == admission::taken);
  CHECK(gone == "3");
  CHECK(push(all, "c", "x", "c1", &gone) == admission::taken);
  CHECK((gone == "2" || gone == "y"));
  CHECK(all.size() == 4);
  // Nobody gives way to one who would then have as many.
  CHECK(push(all, "b", "x", "b2", &gone) == admission::full);
  CHECK(all.size() == 4);
}

TEST_CASE("a flood of names from one source keeps no other source out") {
  queue all{50, 10};
  int refused = 0;
  for (int i = 0; i < 1'000; ++i)
    refused += push(all, "flood", "name" + std::to_string(i), "f") == admission::full ? 1 : 0;
  CHECK(refused == 950);
  for (int i = 0; i < 20; ++i)
    CHECK(push(all, "source" + std::to_string(i), "x", "good") == admission::taken);
  CHECK(all.size() == 50);
  int good = 0;
  for (int i = 0; i < 21; ++i)
    good += all.pop() == "good" ? 1 : 0;
  CHECK(good == 20); // each had its turn in the first round
}

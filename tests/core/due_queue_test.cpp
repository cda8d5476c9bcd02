#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include "actors/core/due_queue.hpp"
#include "tests/core/random.hpp"

using namespace callboard;
using namespace std::chrono_literals;

TEST_CASE("reminders come out by time") {
  core::due_queue due;
  CHECK(!due.next());
  due.schedule(reminder_id{1}, timestamp{30ms});
  due.schedule(reminder_id{2}, timestamp{10ms});
  due.schedule(reminder_id{3}, timestamp{20ms});
  CHECK(*due.next() == timestamp{10ms});
  CHECK(due.take_due(timestamp{9ms}, 10).empty());
  CHECK(due.take_due(timestamp{20ms}, 1) == std::vector<reminder_id>{reminder_id{2}});
  CHECK(due.take_due(timestamp{30ms}, 10) == std::vector<reminder_id>{reminder_id{3}, reminder_id{1}});
  CHECK(due.size() == 0);
}

TEST_CASE("another time moves a reminder") {
  core::due_queue due;
  due.schedule(reminder_id{1}, timestamp{10ms});
  due.schedule(reminder_id{1}, timestamp{50ms});
  CHECK(due.size() == 1);
  CHECK(due.take_due(timestamp{49ms}, 10).empty());
  CHECK(due.remove(reminder_id{1}));
  CHECK_FALSE(due.remove(reminder_id{1}));
}

TEST_CASE("random operations agree with a map") {
  auto seed = test::random_seed();
  INFO("CALLBOARD_TEST_SEED=" << seed);
  test::random_source random{seed};
  core::due_queue due;
  std::map<reminder_id, timestamp> model;
  for (int step = 0; step < 20'000; ++step) {
    reminder_id id{static_cast<std::int64_t>(random.between(1, 50))};
    auto at = timestamp{std::chrono::milliseconds{random.between(0, 1000)}};
    switch (random.between(0, 3)) {
    case 0:
    case 1:
      due.schedule(id, at);
      model[id] = at;
      break;
    case 2:
      CHECK(due.remove(id) == (model.erase(id) > 0));
      break;
    default: {
      auto limit = static_cast<std::size_t>(random.between(0, 5));
      auto now = timestamp{std::chrono::milliseconds{random.between(0, 200)}};
      std::vector<std::pair<timestamp, reminder_id>> ready;
      for (auto& [each, time] : model)
        if (time <= now)
          ready.emplace_back(time, each);
      std::sort(ready.begin(), ready.end());
      ready.resize(std::min(ready.size(), limit));
      std::vector<reminder_id> expected;
      for (auto& [time, each] : ready) {
        expected.push_back(each);
        model.erase(each);
      }
      CHECK(due.take_due(now, limit) == expected);
    }
    }
    CHECK(due.size() == model.size());
    auto first =
        std::min_element(model.begin(), model.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    CHECK(static_cast<bool>(due.next()) == (first != model.end()));
    if (first != model.end())
      CHECK(*due.next() == first->second);
  }
}

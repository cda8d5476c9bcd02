#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "tests/kafka/kafka_fixture.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

constexpr partition_id ninth{9};

struct stream_check {
  std::size_t first_time = 0, repeated = 0;
  bool in_order = true;
};

// What a reader sees who knows an event again by its id.
stream_check check(const std::vector<read_message>& messages) {
  stream_check found;
  std::set<std::string> seen;
  std::map<std::string, int> last; // by key
  for (auto& each : messages) {
    if (!seen.insert(each.headers.at("ce_id")).second) {
      ++found.repeated;
      continue;
    }
    ++found.first_time;
    auto number = std::stoi(each.value);
    auto& before = last[each.key];
    found.in_order = found.in_order && number > before;
    before = number;
  }
  return found;
}

} // namespace

TEST_CASE_FIXTURE(kafka_fixture,
                  "a broker that is killed in a stream and comes back: nothing lost, nothing out of order") {
  settings.batch_deadline = std::chrono::milliseconds{1'500};
  start_producer();
  publish_until_taken(ninth, {event("0", "0")});
  tail reading{settings.brokers, "callboard.rooms", 9};
  std::atomic<bool> back{false};
  std::atomic<std::size_t> sent{0};
  std::size_t batches_after = 0;
  auto fault = std::async(std::launch::async, [&] {
    while (sent < 400)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    service("kill");
    service("start");
    back = true;
  });
  std::size_t hits = 0;
  while (batches_after < 20) {
    std::vector<domain_event> batch;
    for (int i = 0; i < 20; ++i) {
      auto number = ++sent;
      batch.push_back(event(std::to_string(number % 5), std::to_string(number)));
    }
    hits += publish_until_taken(ninth, batch) - 1;
    batches_after += back ? 1 : 0;
  }
  fault.get();
  CHECK(hits > 0); // the fault met something under way
  auto messages = reading.read(sent);
  auto more = reading.rest();
  messages.insert(messages.end(), more.begin(), more.end());
  auto found = check(messages);
  MESSAGE(sent.load(), " events, ", found.repeated, " repeated, ", hits, " batches refused");
  CHECK(found.first_time == sent);
  CHECK(found.in_order);
  CHECK(dead->count() == 0);
}

TEST_CASE_FIXTURE(kafka_fixture,
                  "a broker that is frozen: batches are refused in time, and arrive once when it goes on") {
  settings.batch_deadline = std::chrono::milliseconds{700};
  start_producer();
  publish_until_taken(ninth, {event("0", "0")});
  tail reading{settings.brokers, "callboard.rooms", 9};
  service("pause");
  std::vector<domain_event> batch;
  for (int i = 1; i <= 50; ++i)
    batch.push_back(event(std::to_string(i % 3), std::to_string(i)));
  auto reason = publish(ninth, batch);
  auto again = publish(ninth, batch);
  service("resume"); // not before both were refused
  CHECK(code_of(reason) == errc::timeout);
  CHECK(code_of(again) == errc::timeout);
  publish_until_taken(ninth, batch);
  auto messages = reading.read(50);
  auto more = reading.rest();
  CHECK(more.empty()); // what was under way was not sent again
  auto found = check(messages);
  CHECK(found.first_time == 50);
  CHECK(found.repeated == 0);
  CHECK(found.in_order);
}

TEST_CASE_FIXTURE(kafka_fixture, "a producer that starts while the broker is down publishes when it is there") {
  settings.brokers = test_brokers();
  service("kill");
  start_producer();
  auto reason = publish(ninth, {event("1", "1")});
  service("start");
  CHECK(code_of(reason) == errc::unavailable);
  publish_until_taken(ninth, {event("1", "1")});
}

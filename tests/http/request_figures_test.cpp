#include "adapters/http/request_figures.hpp"

#include <atomic>
#include <numeric>
#include <thread>

#include <doctest/doctest.h>

using namespace callboard::http;

namespace {

std::vector<route_figures> sums_of(const request_figures& figures) {
  std::vector<route_figures> sums;
  figures.add_to(sums);
  return sums;
}

} // namespace

TEST_CASE("requests are counted by method, route and status, and in the buckets of their durations") {
  request_figures figures;
  figures.note(method::get, "/rooms/{id}", 200, 0.0004);
  figures.note(method::get, "/rooms/{id}", 200, 0.0005); // a bound belongs to its bucket
  figures.note(method::get, "/rooms/{id}", 404, 60);
  figures.note(method::post, "/rooms", 201, 0.02);
  figures.note(method::get, "(none)", 404, -1); // a clock that went back
  auto sums = sums_of(figures);
  REQUIRE(sums.size() == 3);
  CHECK(sums[0].pattern == "(none)");
  CHECK(sums[0].seconds == 0);
  CHECK(sums[1].pattern == "/rooms/{id}");
  CHECK(sums[1].by_status == std::map<unsigned, std::uint64_t>{{200, 2}, {404, 1}});
  CHECK(sums[1].durations.front() == 2);
  CHECK(sums[1].durations.back() == 1);
  CHECK(sums[1].seconds == doctest::Approx(60.0009));
  CHECK(sums[2].method == method::post);
  CHECK(sums[2].durations[5] == 1);
}

TEST_CASE("the figures of several threads are added up") {
  request_figures one, other;
  one.note(method::get, "/b", 200, 0.001);
  other.note(method::get, "/a", 200, 0.001);
  other.note(method::get, "/b", 200, 0.001);
  std::vector<route_figures> sums;
  one.add_to(sums);
  other.add_to(sums);
  REQUIRE(sums.size() == 2);
  CHECK(sums[0].pattern == "/a");
  CHECK(sums[1].by_status.at(200) == 2);
}

TEST_CASE("there are no more series than the bound, whatever is asked for") {
  request_figures figures;
  for (int i = 0; i < 3'000; ++i)
    figures.note(method::get, "/" + std::to_string(i), 200, 0.001);
  CHECK(sums_of(figures).size() == 1'024);
  figures.note(method::get, "/5", 200, 0.001); // known ones count on
  std::uint64_t count = 0;
  for (auto& each : sums_of(figures))
    count += each.pattern == "/5" ? each.by_status.at(200) : 0;
  CHECK(count == 2);
}

TEST_CASE("a reader beside the writer sees whole series, and never fewer requests than before") {
  request_figures figures;
  std::atomic<bool> ended{false};
  std::thread writer{[&] {
    for (int i = 0; i < 20'000; ++i)
      figures.note(method::get, "/" + std::to_string(i % 500), 200 + i % 3, 0.001);
    ended = true;
  }};
  std::uint64_t before = 0;
  for (bool last = false; !last;) {
    last = ended;
    std::uint64_t now = 0;
    for (auto& each : sums_of(figures)) {
      CHECK(each.pattern.front() == '/');
      for (auto& [status, count] : each.by_status)
        now += count;
    }
    CHECK(now >= before);
    before = now;
  }
  writer.join();
  CHECK(before == 20'000);
}

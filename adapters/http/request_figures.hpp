#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/http/edge_counters.hpp"
#include "adapters/http/method.hpp"

namespace callboard::http {

/// Upper bounds of the duration's buckets, in seconds; what is longer falls into one more.
inline constexpr std::array<double, 14> duration_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                        0.1,    0.25,  0.5,    1,     2.5,  5,     10};

/// The pattern of what no route answers, and of what is refused before a route is looked for.
inline constexpr std::string_view no_route = "(none)";

/// The requests that one route answered.
struct route_figures {
  http::method method = http::method::other;
  std::string pattern; // the route's, "(file)" for files, or `no_route`
  std::map<unsigned, std::uint64_t> by_status;
  std::array<std::uint64_t, duration_bounds.size() + 1> durations{};
  double seconds = 0; // all durations together
};

/// Requests answered by one I/O thread, by method, route and status. The thread writes, any other reads, and neither
/// waits for the other: what is found is a sum of moments that are close together.
class request_figures {
public:
  request_figures() = default;
  request_figures(const request_figures&) = delete;
  request_figures& operator=(const request_figures&) = delete;

  /// Of the owning thread. There are as many series as routes; what is above `most_series` goes uncounted.
  void note(method verb, std::string_view pattern, unsigned status, double seconds);

  /// Adds the figures to `sums`, which is in the order of method and pattern. Safe from any thread.
  void add_to(std::vector<route_figures>& sums) const;

private:
  static constexpr std::size_t most_series = 1'024;
  static constexpr std::size_t statuses = 500; // 100 to 599

  struct series {
    series(method of_verb, std::string_view of_pattern) : verb{of_verb}, pattern{of_pattern} {}
    const method verb;
    const std::string pattern;
    std::array<counter, statuses> by_status;
    std::array<counter, duration_bounds.size() + 1> durations;
    counter microseconds;
    std::atomic<const series*> next{nullptr};
  };
  struct key {
    method verb;
    std::string_view pattern;
    bool operator==(const key&) const = default;
  };
  struct key_hash {
    std::size_t operator()(const key& each) const {
      return std::hash<std::string_view>{}(each.pattern) * 31 + static_cast<std::size_t>(each.verb);
    }
  };

  series* find(method verb, std::string_view pattern);

  std::deque<series> all_; // grows, and nothing in it moves
  std::unordered_map<key, series*, key_hash> known_;
  std::atomic<const series*> first_{nullptr}; // of a list through all, which readers follow
};

} // namespace callboard::http

#include "adapters/http/request_figures.hpp"

#include <algorithm>
#include <tuple>

namespace callboard::http {

request_figures::series* request_figures::find(method verb, std::string_view pattern) {
  auto found = known_.find({verb, pattern});
  if (found != known_.end())
    return found->second;
  if (all_.size() == most_series)
    return nullptr;
  auto& made = all_.emplace_back(verb, pattern);
  made.next.store(first_.load(std::memory_order_relaxed), std::memory_order_relaxed);
  first_.store(&made, std::memory_order_release); // readers see it complete
  known_.emplace(key{verb, made.pattern}, &made);
  return &made;
}

void request_figures::note(method verb, std::string_view pattern, unsigned status, double seconds) {
  auto* mine = find(verb, pattern);
  if (mine == nullptr)
    return;
  auto bucket = std::lower_bound(duration_bounds.begin(), duration_bounds.end(), seconds) - duration_bounds.begin();
  mine->durations[static_cast<std::size_t>(bucket)].add(1);
  mine->microseconds.add(static_cast<std::uint64_t>(std::max(seconds, 0.0) * 1e6));
  mine->by_status[std::clamp(status, 100u, 599u) - 100].add(1);
}

void request_figures::add_to(std::vector<route_figures>& sums) const {
  for (auto* each = first_.load(std::memory_order_acquire); each != nullptr;
       each = each->next.load(std::memory_order_relaxed)) {
    auto wanted = std::tie(each->verb, each->pattern);
    auto place = std::lower_bound(sums.begin(), sums.end(), wanted, [](const route_figures& sum, const auto& other) {
      return std::tie(sum.method, sum.pattern) < other;
    });
    if (place == sums.end() || std::tie(place->method, place->pattern) != wanted) {
      route_figures made;
      made.method = each->verb;
      made.pattern = each->pattern;
      place = sums.insert(place, std::move(made));
    }
    for (std::size_t i = 0; i < statuses; ++i)
      if (auto count = each->by_status[i].value(); count > 0)
        place->by_status[static_cast<unsigned>(i) + 100] += count;
    for (std::size_t i = 0; i < each->durations.size(); ++i)
      place->durations[i] += each->durations[i].value();
    place->seconds += static_cast<double>(each->microseconds.value()) / 1e6;
  }
}

} // namespace callboard::http

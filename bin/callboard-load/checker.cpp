#include "bin/callboard-load/checker.hpp"

#include <algorithm>

namespace callboard::load {

void sequence_checker::start(std::uint64_t position) {
  expected_ = position + 1;
  gaps_.reset();
}

verdict sequence_checker::judge(std::uint64_t offset) {
  if (offset > expected_) {
    if (!gaps_)
      gaps_ = std::make_unique<std::vector<range>>();
    gaps_->push_back({expected_, offset - 1});
    expected_ = offset + 1;
    return verdict::gap;
  }
  if (!gaps_)
    return verdict::duplicate;
  const auto holds = [offset](const range& gap) { return gap.first <= offset && offset <= gap.last; };
  const auto found = std::find_if(gaps_->begin(), gaps_->end(), holds);
  if (found == gaps_->end())
    return verdict::duplicate;
  const range rest{offset + 1, found->last};
  found->last = offset - 1;
  if (found->last < found->first)
    gaps_->erase(found);
  if (rest.first <= rest.last)
    gaps_->push_back(rest);
  return verdict::late;
}

std::uint64_t sequence_checker::missing() const {
  std::uint64_t sum = 0;
  if (gaps_)
    for (const range& gap : *gaps_)
      sum += gap.last - gap.first + 1;
  return sum;
}

} // namespace callboard::load

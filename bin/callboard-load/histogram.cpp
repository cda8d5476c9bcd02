#include "bin/callboard-load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace callboard::load {

std::size_t histogram::index_of(std::uint64_t value) {
  if (value < width)
    return value;
  const int shift = std::bit_width(value) - 1 - precision_bits;
  return (static_cast<std::size_t>(shift) + 1) * width + ((value >> shift) - width);
}

std::uint64_t histogram::upper_bound_of(std::size_t index) {
  if (index < width)
    return index;
  const auto shift = index / width - 1;
  return ((width + index % width + 1) << shift) - 1;
}

void histogram::record(std::int64_t value) {
  value = std::max<std::int64_t>(value, 0);
  ++buckets_[index_of(static_cast<std::uint64_t>(value))];
  ++count_;
  max_ = std::max(max_, value);
}

std::int64_t histogram::percentile(double percent) const {
  if (count_ == 0)
    return 0;
  const auto rank =
      static_cast<std::uint64_t>(std::ceil(std::clamp(percent, 0.0, 100.0) / 100 * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= std::max<std::uint64_t>(rank, 1))
      return std::min(static_cast<std::int64_t>(upper_bound_of(i)), max_);
  }
  return max_;
}

} // namespace callboard::load

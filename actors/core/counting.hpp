#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "messages/analytics.hpp"

namespace callboard::core {

/// A reminder that fires later than this after it was due counts as late.
inline constexpr std::chrono::milliseconds late_after{1'000};

/// What an event adds to the figures of its day. Nothing if it adds nothing: of a type that is not counted, or without
/// what its type must have. Of ids only those of version 7 count: they sort by time, by which they are forgotten again.
std::optional<counted_event> count(const domain_event& event);

struct counted_batch {
  std::vector<counted_event> events; // each id once
  std::uint32_t repeated = 0;        // that were left out, since their id stood in the batch already
};

/// What a batch adds.
counted_batch count_all(const std::vector<domain_event>& events);

} // namespace callboard::core

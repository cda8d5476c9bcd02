#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bin/callboard/settings.hpp"

namespace callboard {

/// What the system lets this process have.
struct resource_limits {
  std::uint64_t descriptors = 0;
  std::uint64_t memory_bytes = 0; // of its control group and of those above it; 0: no limit
};

/// Raises the number of descriptors to the most that is allowed (the soft limit is often 1,024, and every connection is
/// one), then reads the limits. `root` is where the system's files lie: the memory limit is that of control groups
/// (version 2).
resource_limits raise_and_read_limits(const std::filesystem::path& root = "/");

/// What of the settings cannot be had within the limits, and what to do about it: sentences for an operator.
std::vector<std::string> resource_warnings(const settings& options, const resource_limits& limits);

} // namespace callboard

#pragma once

#include <cstdint>

namespace callboard::telemetry {

/// What the kernel knows of this process (proc(5)); 0 for what cannot be read.
struct process_figures {
  double cpu_seconds = 0;   // user and system
  double start_seconds = 0; // since the epoch
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t threads = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t most_descriptors = 0; // the soft limit
};

process_figures read_process();

} // namespace callboard::telemetry

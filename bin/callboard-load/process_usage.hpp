#pragma once

#include <cstdint>
#include <optional>

namespace callboard::load {

/// CPU seconds, user and system, that this process has used.
double own_cpu_seconds();

/// CPU seconds of another process; nothing if it cannot be read.
std::optional<double> cpu_seconds_of(int pid);

/// Resident memory of another process in bytes; nothing if it cannot be read.
std::optional<std::uint64_t> resident_bytes_of(int pid);

/// Raises the limit of open files so that `count` fit. False if the system does not allow it.
bool allow_open_files(std::uint64_t count);

} // namespace callboard::load

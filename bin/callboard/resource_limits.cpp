#include "bin/callboard/resource_limits.hpp"

#include <algorithm>
#include <fstream>

#include <sys/resource.h>

#include "bin/callboard/durations.hpp"
#include "bin/callboard/exposure.hpp"

namespace callboard {
namespace {

constexpr std::uint64_t other_descriptors = 256;               // the store, Redis, Kafka, the log, libraries
constexpr std::uint64_t descriptors_with_tls = 3;              // decision 017
constexpr std::uint64_t bytes_without_connections = 128 << 20; // a server that has just started, with room to work
constexpr std::uint64_t bytes_of_idle_connection = 6 * 1024;   // what bench/RESULTS.md (F4) allows

std::uint64_t raise_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return 0;
  if (limit.rlim_cur < limit.rlim_max) {
    auto raised = limit;
    raised.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0)
      limit = raised;
  }
  return limit.rlim_cur;
}

/// Of a file that holds a number or "max"; 0: no limit.
std::uint64_t read_limit(const std::filesystem::path& file) {
  std::string text;
  std::uint64_t number = 0;
  std::ifstream{file} >> text;
  return parse_number(text, number) ? number : 0;
}

std::uint64_t read_memory_limit(const std::filesystem::path& root) {
  constexpr std::string_view version_2 = "0::/";
  std::ifstream groups{root / "proc/self/cgroup"};
  std::string line;
  while (std::getline(groups, line) && !line.starts_with(version_2)) {
  }
  if (!line.starts_with(version_2))
    return 0;
  const auto top = root / "sys/fs/cgroup";
  std::uint64_t least = 0;
  for (std::filesystem::path group = line.substr(version_2.size());; group = group.parent_path()) {
    auto limit = read_limit(top / group / "memory.max");
    if (limit > 0)
      least = least == 0 ? limit : std::min(least, limit);
    if (group.empty())
      return least;
  }
}

} // namespace

resource_limits raise_and_read_limits(const std::filesystem::path& root) {
  return {raise_descriptors(), read_memory_limit(root)};
}

std::vector<std::string> resource_warnings(const settings& options, const resource_limits& limits) {
  std::vector<std::string> warnings;
  const auto each = speaks_tls(options) ? descriptors_with_tls : 1;
  const auto descriptors = options.connections * each + other_descriptors;
  if (limits.descriptors > 0 && limits.descriptors < descriptors)
    warnings.push_back("--connections " + std::to_string(options.connections) + " takes " +
                       std::to_string(descriptors) + " file descriptors, and " + std::to_string(limits.descriptors) +
                       " are allowed: past them no connection is accepted. Raise LimitNOFILE of the service (ulimit "
                       "-Hn), or lower --connections");
  const auto bytes = options.connections * bytes_of_idle_connection + bytes_without_connections;
  if (limits.memory_bytes > 0 && limits.memory_bytes < bytes)
    warnings.push_back("--connections " + std::to_string(options.connections) + " takes " +
                       std::to_string(bytes >> 20) +
                       " MiB of memory while they are idle, and the control group allows " +
                       std::to_string(limits.memory_bytes >> 20) +
                       " MiB: past them the process is killed. Raise MemoryMax of the service, or lower --connections");
  return warnings;
}

} // namespace callboard

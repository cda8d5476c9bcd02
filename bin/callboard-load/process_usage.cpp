#include "bin/callboard-load/process_usage.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace callboard::load {

namespace {

std::optional<std::uint64_t> kibibytes_from(const std::string& path, const std::string& label) {
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(label))
      continue;
    std::istringstream fields{line.substr(label.size())};
    std::uint64_t value = 0;
    if (fields >> value)
      return value;
  }
  return std::nullopt;
}

} // namespace

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + time.tv_usec / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::optional<double> cpu_seconds_of(int pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string line;
  std::getline(file, line);
  // The second field is the program's name in parentheses and may hold anything; proc(5) counts on from its end.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos)
    return std::nullopt;
  std::istringstream fields{line.substr(name_end + 1)};
  std::string skipped;
  for (int i = 3; i < 14; ++i)
    fields >> skipped;
  double user = 0, system = 0;
  if (!(fields >> user >> system))
    return std::nullopt;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::optional<std::uint64_t> resident_bytes_of(int pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  auto found = kibibytes_from(folder + "/smaps_rollup", "Rss:");
  if (!found)
    found = kibibytes_from(folder + "/status", "VmRSS:");
  if (!found)
    return std::nullopt;
  return *found * 1024;
}

bool allow_open_files(std::uint64_t count) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count)
    return true;
  limit.rlim_cur = count;
  if (limit.rlim_max < count)
    limit.rlim_max = count; // only root may
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

} // namespace callboard::load

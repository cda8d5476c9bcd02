#include "adapters/telemetry/process.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace callboard::telemetry {
namespace {

// The fields of /proc/self/stat after the name in brackets, which may hold anything.
std::istringstream fields_after_name() {
  std::ifstream file{"/proc/self/stat"};
  std::string line;
  std::getline(file, line);
  auto end = line.rfind(')');
  return std::istringstream{end == std::string::npos ? std::string{} : line.substr(end + 1)};
}

// When the machine began. Not from /proc/stat, which a service may not be allowed to read.
double boot_seconds() {
  timespec since_boot{}, now{};
  ::clock_gettime(CLOCK_BOOTTIME, &since_boot);
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec - since_boot.tv_sec) +
         static_cast<double>(now.tv_nsec - since_boot.tv_nsec) / 1e9;
}

std::uint64_t count_descriptors() {
  struct stat folder {};
  // Since Linux 6.2 the folder's size is their number; counting them takes milliseconds when there are thousands.
  if (::stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0)
    return static_cast<std::uint64_t>(folder.st_size);
  std::error_code failure;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator each{"/proc/self/fd", failure}, end; !failure && each != end;
       each.increment(failure))
    ++count;
  return count;
}

} // namespace

process_figures read_process() {
  process_figures found;
  auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  auto fields = fields_after_name();
  std::string passed_over;
  std::uint64_t user = 0, system = 0, started = 0, resident = 0;
  // proc(5) numbers them from 1; the state, which is the third, comes first here.
  for (int field = 3; field <= 24 && fields; ++field) {
    switch (field) {
    case 14:
      fields >> user;
      break;
    case 15:
      fields >> system;
      break;
    case 20:
      fields >> found.threads;
      break;
    case 22:
      fields >> started;
      break;
    case 23:
      fields >> found.virtual_bytes;
      break;
    case 24:
      fields >> resident;
      break;
    default:
      fields >> passed_over;
    }
  }
  found.cpu_seconds = static_cast<double>(user + system) / ticks;
  found.resident_bytes = resident * page;
  static const double booted = boot_seconds();
  found.start_seconds = booted + static_cast<double>(started) / ticks;
  found.open_descriptors = count_descriptors();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    found.most_descriptors = limit.rlim_cur;
  return found;
}

} // namespace callboard::telemetry

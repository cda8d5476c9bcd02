#include "bin/callboard-load/progress.hpp"

#include <cstdio>
#include <unistd.h>

namespace callboard::load {

namespace {
constexpr nanoseconds interval = second / 2;
constexpr const char* erase_line = "\r\x1b[K";
} // namespace

progress::progress() : terminal_(isatty(STDERR_FILENO) != 0) {}

progress::~progress() {
  if (terminal_)
    std::fputs(erase_line, stderr);
}

void progress::enter(std::string phase, std::string unit) {
  phase_ = std::move(phase);
  unit_ = std::move(unit);
  next_ = last_ = 0;
  last_done_ = 0;
}

void progress::show(nanoseconds at, std::uint64_t done) {
  if (!terminal_ || at < next_)
    return;
  const double rate = last_ == 0 ? 0 : static_cast<double>(done - last_done_) / to_seconds(at - last_);
  std::fprintf(stderr, "%s%s: %llu %s, %.0f/s", erase_line, phase_.c_str(), static_cast<unsigned long long>(done),
               unit_.c_str(), rate);
  std::fflush(stderr);
  last_ = at;
  last_done_ = done;
  next_ = at + interval;
}

} // namespace callboard::load

#include "adapters/systemd/service_manager.hpp"

#include <cstdint>
#include <ctime>

#include <systemd/sd-daemon.h>

namespace callboard::systemd {
namespace {

// The manager compares it with its own clock, to tell this reload from an earlier one: CLOCK_MONOTONIC, no other.
std::uint64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
}

// That nobody hears it changes nothing for the service.
void tell(const std::string& lines) {
  static_cast<void>(::sd_notify(0, lines.c_str()));
}

} // namespace

void tell_ready(const std::string& status) {
  tell("READY=1\nSTATUS=" + status);
}

void tell_reloading() {
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_microseconds()));
}

void tell_stopping(std::chrono::milliseconds limit) {
  tell("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(std::chrono::microseconds{limit}.count()));
}

void tell_status(const std::string& status) {
  tell("STATUS=" + status);
}

std::optional<std::chrono::microseconds> watchdog_time() {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) <= 0)
    return std::nullopt;
  return std::chrono::microseconds{microseconds};
}

void tell_alive() {
  tell("WATCHDOG=1");
}

} // namespace callboard::systemd

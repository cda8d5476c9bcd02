#pragma once

#include <chrono>
#include <optional>
#include <string>

/// What a service tells its manager (sd_notify(3)). Without one, that is without `NOTIFY_SOCKET` in the environment,
/// nothing happens. From any thread.
namespace callboard::systemd {

/// It serves: after the start, and after `tell_reloading`. `status` is a sentence for `systemctl status`.
void tell_ready(const std::string& status);

/// It reads its configuration again, until `tell_ready`.
void tell_reloading();

/// It stops, and will have ended within `limit`: the manager waits at least so long.
void tell_stopping(std::chrono::milliseconds limit);

void tell_status(const std::string& status);

/// Within which time the manager wants to hear `tell_alive`, again and again; none: it does not.
std::optional<std::chrono::microseconds> watchdog_time();
void tell_alive();

} // namespace callboard::systemd

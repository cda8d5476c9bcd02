#include <atomic>
#include <csignal>
#include <iostream>
#include <optional>
#include <thread>

#include <unistd.h>

#include "adapters/systemd/service_manager.hpp"
#include "bin/callboard/commands.hpp"
#include "bin/callboard/configs.hpp"
#include "bin/callboard/node.hpp"
#include "bin/callboard/stores.hpp"

namespace callboard {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

/// The next of these signals, which must be blocked; 0 if none came in time.
int next_signal(const sigset_t& signals, std::optional<std::chrono::microseconds> limit) {
  if (!limit)
    return std::max(0, ::sigwaitinfo(&signals, nullptr));
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*limit);
  timespec time{seconds.count(), std::chrono::nanoseconds{*limit - seconds}.count()};
  return std::max(0, ::sigtimedwait(&signals, nullptr, &time));
}

/// Serves until a signal that is not a hang-up.
void serve_until_stopped(node& server, const sigset_t& signals) {
  const auto status = "Serving on " + server.address();
  systemd::tell_ready(status);
  const auto watchdog = systemd::watchdog_time();
  // Half of the time is for the wait, a quarter for a server that is slow to respond.
  const auto beat = watchdog ? std::optional{*watchdog / 2} : std::nullopt;
  for (;;) {
    auto signal = next_signal(signals, beat);
    if (signal == SIGHUP) {
      systemd::tell_reloading();
      server.reload();
      systemd::tell_ready(status);
    } else if (signal != 0) {
      return;
    }
    if (watchdog && server.responds(std::chrono::duration_cast<std::chrono::milliseconds>(*watchdog / 4)))
      systemd::tell_alive();
  }
}

} // namespace

int serve(const settings& options) {
  // Blocked before any thread exists, so that none but the waits below ever sees them.
  const auto stopping = stop_signals();
  auto signals = stopping;
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN)); // a file-size limit is met as an error of write, like a full disk
  std::atomic<bool> failed = false;
  node server{options, [&failed] {
                failed = true;
                ::kill(::getpid(), SIGTERM); // as an operator would stop it
              }};
  auto failure = server.start();
  if (!failure.sentence.empty()) {
    std::cerr << "callboard: " << failure.sentence << "\n";
    server.stop({[](const std::string&) {}, [&failure] { ::_exit(failure.exit_code); }});
    return failure.exit_code;
  }
  std::cout << "callboard listening on " << server.address() << std::endl;
  serve_until_stopped(server, signals);
  // A hang-up means nothing from here on.
  std::thread{[stopping] {
    int second = 0;
    sigwait(&stopping, &second);
    ::_exit(exit_interrupted);
  }}.detach();
  systemd::tell_stopping(options.drain_timeout);
  auto outcome = server.stop({[](const std::string& step) { systemd::tell_status("Stopping: " + step); },
                              [&failed] { ::_exit(failed ? exit_failure : exit_unfinished); }});
  auto code = outcome == stop_outcome::cut ? exit_unfinished : 0;
  if (failed)
    code = exit_failure;
  if (outcome == stop_outcome::stuck)
    ::_exit(code); // everything else has ended in good order
  return code;
}

int migrate_store(const settings& options) {
  auto outcome = stores::migrate(options);
  if (auto* reason = std::get_if<sql::open_error>(&outcome)) {
    std::cerr << "callboard: " << reason->message << "\n";
    return exit_data_directory;
  }
  auto& report = std::get<sql::migration_report>(outcome);
  if (report.from == report.to)
    std::cout << "The schema is up to date (version " << report.to << ").\n";
  else
    std::cout << "The schema went from version " << report.from << " to " << report.to << ".\n";
  return 0;
}

} // namespace callboard

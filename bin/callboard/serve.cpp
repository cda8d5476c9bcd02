#include <atomic>
#include <csignal>
#include <iostream>
#include <thread>

#include <unistd.h>

#include "bin/callboard/commands.hpp"
#include "bin/callboard/configs.hpp"
#include "bin/callboard/node.hpp"
#include "bin/callboard/stores.hpp"

namespace callboard {
namespace {

constexpr int exit_interrupted = 130;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
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
    return failure.exit_code;
  }
  std::cout << "callboard listening on " << server.address() << std::endl;
  int signal = 0;
  for (bool goes_on = true; goes_on;) {
    sigwait(&signals, &signal);
    goes_on = signal == SIGHUP;
    if (goes_on)
      server.reload();
  }
  // A hang-up means nothing from here on.
  std::thread{[stopping] {
    int second = 0;
    sigwait(&stopping, &second);
    ::_exit(exit_interrupted);
  }}.detach();
  if (!server.stop())
    ::_exit(failed ? exit_failure : 0); // everything else has ended in good order
  return failed ? exit_failure : 0;
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

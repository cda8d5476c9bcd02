#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "bin/callboard/settings.hpp"

namespace callboard {

/// Why a node did not start: the exit code of the program and a sentence for the operator.
struct start_failure {
  int exit_code = 1;
  std::string sentence;
};

/// Exit codes of the program.
inline constexpr int exit_failure = 1;
inline constexpr int exit_usage = 2;          // bad options or configuration
inline constexpr int exit_data_directory = 3; // the data directory cannot be used
inline constexpr int exit_unfinished = 4;     // told to stop, it had not ended at the deadline
inline constexpr int exit_interrupted = 130;  // a second signal came while it stopped

/// How a stop ended.
enum class stop_outcome : std::uint8_t {
  in_order,
  cut,   // in order, but connections that had not ended in time were cut
  stuck, // a part has left a thread behind: the process should end at once, as `_exit` does
};

/// What is told while a node stops.
struct stop_hooks {
  /// The step that begins: "the database".
  std::function<void(const std::string& step)> step = [](const std::string&) {};
  /// From another thread, once: the deadline has passed and `stop` has not returned, maybe never will. The log says
  /// what hangs; the process should end at once, as `_exit` does.
  std::function<void()> too_late = [] {};
};

/// A running server: every actor and adapter, and how they are wired.
class node {
public:
  /// `failed` is called, from another thread and perhaps repeatedly, when a part has ended that the node cannot do
  /// without: what it still does is of no use, and it should be stopped. The log says which part.
  node(settings options, std::function<void()> failed);
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Opens the store, starts the actors, then the edge. Empty sentence: it serves.
  start_failure start();

  /// "http://127.0.0.1:8080".
  std::string address() const;

  /// Reads again what a running server can exchange, which is the certificate and its key, for connections that begin
  /// from now on. What is wrong with them is logged, and those in use stay. Without TLS there is nothing to read.
  void reload();

  /// Whether sockets and actors are still served: each of their threads takes up work within the time. Only between
  /// `start` and `stop`.
  bool responds(std::chrono::milliseconds limit);

  /// Stops in order, within `--drain-timeout`: readiness turns off and, if there is a pause, stays so for it; the edge
  /// drains; rooms and users go, the relays end after their batch; what was asked of the log writer is committed; the
  /// database, Redis and Kafka are closed. The log has a line for each. A second call does nothing.
  stop_outcome stop(const stop_hooks& hooks);

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace callboard

#pragma once

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

  /// Reads the certificate and its key again, for connections that begin from now on. What is wrong with them is
  /// logged, and those in use stay. Without TLS there is nothing to read.
  void reload();

  /// Stops in order: the edge drains (nothing new comes in, sockets close), rooms and users go, the log writer commits
  /// what was asked for, the store closes.
  /// False: a part of it could not be ended in time; the process should end at once, as `_exit` does.
  bool stop();

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace callboard

#pragma once

#include <string>
#include <sys/types.h>

namespace callboard::load {

/// A shell command that runs beside the loop. Its standard output is this process's standard error.
class child_process {
public:
  explicit child_process(const std::string& command);

  /// Whether it has ended; does not wait. A command that could not be started counts as ended with status 127.
  bool ended();
  /// Its exit status, or 128 and more after a signal; only after it ended.
  int status() const { return status_; }

private:
  pid_t pid_ = -1;
  int status_ = 127;
};

} // namespace callboard::load

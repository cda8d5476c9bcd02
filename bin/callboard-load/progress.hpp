#pragma once

#include "bin/callboard-load/clock.hpp"

#include <cstdint>
#include <string>

namespace callboard::load {

/// One line on standard error that is rewritten every half second; silent if that is not a terminal.
class progress {
public:
  progress();
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// Names what is being done now; `unit` is what `show` counts.
  void enter(std::string phase, std::string unit);
  /// Shows how much is done, if it is time to.
  void show(nanoseconds at, std::uint64_t done);

private:
  bool terminal_;
  nanoseconds next_ = 0;
  nanoseconds last_ = 0;
  std::uint64_t last_done_ = 0;
  std::string phase_;
  std::string unit_;
};

} // namespace callboard::load

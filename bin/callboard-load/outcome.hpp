#pragma once

#include <string>
#include <variant>

namespace callboard::load {

/// What the process answers to its caller.
enum class exit_code {
  success = 0,     ///< every message arrived once and in order
  violated = 1,    ///< something was lost, doubled, out of order or refused during the run
  usage = 2,       ///< the command line, a file it names or a limit of this machine does not allow the run
  unreachable = 3, ///< could not connect, authenticate or subscribe
};

/// Why a run ended without a result.
struct failure {
  exit_code code;
  std::string what; ///< one sentence for the person at the terminal
};

/// A value or the reason why there is none.
template <class T>
using outcome = std::variant<T, failure>;

} // namespace callboard::load

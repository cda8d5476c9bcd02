#pragma once

#include "bin/callboard-cli/endpoint.hpp"
#include "bin/callboard-cli/texts.hpp"

namespace callboard::cli {

/// What the command line and the environment ask for.
struct settings {
  endpoint server;
  std::string authorities; ///< file of certificates to trust instead of the system's, or empty
  language lang = language::english;
  bool colours = true;
};

/// Reads commands until `exit` or the end of the input, then ends the session that is open. Returns the exit status:
/// 0, 1 if input came from a pipe and a command failed, or 2 if the authorities cannot be read.
int run_program(const settings& chosen);

} // namespace callboard::cli

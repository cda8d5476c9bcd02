#pragma once

#include "bin/callboard-cli/endpoint.hpp"
#include "bin/callboard-cli/texts.hpp"

namespace callboard::cli {

/// What the command line and the environment ask for.
struct settings {
  endpoint server;
  language lang = language::english;
  bool colours = true;
};

/// Reads commands until `exit` or the end of the input, then ends the session that is open. Returns the exit status:
/// 0, or 1 if input came from a pipe and a command failed.
int run_program(const settings& chosen);

} // namespace callboard::cli

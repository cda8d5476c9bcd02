#include "bin/callboard-cli/console.hpp"

#include "bin/callboard-cli/pipe_console.hpp"
#include "bin/callboard-cli/terminal_console.hpp"

#include <unistd.h>

namespace callboard::cli {

std::unique_ptr<console> open_console(asio::any_io_executor executor, bool colours_wanted) {
  if (isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0)
    return std::make_unique<terminal_console>(executor, colours_wanted);
  return std::make_unique<pipe_console>(executor, colours_wanted);
}

} // namespace callboard::cli

#include "bin/callboard-cli/program.hpp"

#include "bin/callboard-cli/commands.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace callboard::cli {

namespace {

constexpr int exit_usage = 2;

std::string prompt_of(const session& user) {
  return (user.user() ? user.user()->username : "callboard") + "> ";
}

// Returns whether every command worked.
asio::awaitable<bool> run_commands(command_context& context) {
  bool all_worked = true;
  while (!context.leaving) {
    input typed = co_await context.screen.read_line(prompt_of(context.user), false);
    if (typed.what == input::kind::end)
      break;
    if (typed.what == input::kind::interruption)
      continue;
    result<void> done;
    if (typed.what == input::kind::too_long)
      done = failure{context.say(text_id::line_too_long, longest_line), {}};
    else
      done = co_await run_command_line(context, std::move(typed.text));
    if (done)
      continue;
    all_worked = false;
    if (!done.error().text.empty())
      context.screen.complain(done.error().text);
  }
  if (context.user.user())
    co_await context.user.log_out(); // its tokens end with this process
  co_return all_worked;
}

} // namespace

int run_program(const settings& chosen) {
  asio::io_context io(1);
  const texts say(chosen.lang);
  network net(io.get_executor(), chosen.server, say);
  if (const auto trusted = net.trust(chosen.authorities); !trusted) {
    std::cerr << trusted.error().text << '\n';
    return exit_usage;
  }
  session user(net);
  const auto screen = open_console(io.get_executor(), chosen.colours);
  command_context context{io.get_executor(), net, user, *screen, say};
  if (screen->interactive())
    screen->print(say(text_id::help_hint, CALLBOARD_VERSION, chosen.server.authority()));
  int status = 1;
  asio::co_spawn(io, run_commands(context), [&](std::exception_ptr error, bool all_worked) {
    if (error)
      std::rethrow_exception(error);
    status = all_worked || screen->interactive() ? 0 : 1;
    io.stop();
  });
  try {
    io.run();
  } catch (const std::exception& error) {
    screen->complain(say(text_id::internal_error, error.what()));
    status = 1;
  }
  return status;
}

} // namespace callboard::cli

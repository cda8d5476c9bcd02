#pragma once

#include "bin/callboard-cli/console.hpp"
#include "bin/callboard-cli/line_editor.hpp"
#include "bin/callboard-cli/standard_input.hpp"

#include <boost/asio/signal_set.hpp>

#include <optional>

namespace callboard::cli {

/// A terminal with line editing. There is at most one in a process.
class terminal_console final : public console {
public:
  terminal_console(asio::any_io_executor executor, bool colours_wanted);
  ~terminal_console() override;
  terminal_console(const terminal_console&) = delete;
  terminal_console& operator=(const terminal_console&) = delete;

  bool interactive() const override { return true; }
  void print(std::string_view line) override;
  void complain(std::string_view line) override;
  asio::awaitable<input> read_line(std::string prompt, bool in_chat) override;
  asio::awaitable<input> read_secret(std::string prompt) override;
  const colours& output_colours() const override { return colours_; }
  const colours& error_colours() const override { return colours_; }

private:
  void begin_editing(const std::string& prompt, bool in_chat);
  void take(line_editor::outcome outcome);
  void write_above(std::string_view line);
  asio::awaitable<void> watch_signals();

  standard_input input_;
  asio::signal_set signals_;
  line_editor editor_;
  bool reading_ = false;       ///< a read is under way: Ctrl-C ends it instead of the program
  std::optional<input> taken_; ///< what the line editor handed over
  colours colours_;
};

} // namespace callboard::cli

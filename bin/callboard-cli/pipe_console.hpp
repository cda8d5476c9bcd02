#pragma once

#include "bin/callboard-cli/console.hpp"
#include "bin/callboard-cli/standard_input.hpp"

namespace callboard::cli {

/// Plain lines from standard input and to standard output, without prompts.
class pipe_console final : public console {
public:
  pipe_console(asio::any_io_executor executor, bool colours_wanted);

  bool interactive() const override { return false; }
  void print(std::string_view line) override;
  void complain(std::string_view line) override;
  asio::awaitable<input> read_line(std::string prompt, bool in_chat) override;
  asio::awaitable<input> read_secret(std::string prompt) override;
  const colours& output_colours() const override { return output_colours_; }
  const colours& error_colours() const override { return error_colours_; }

private:
  bool take_line(input& taken);
  void fill_buffer();

  standard_input input_;
  std::string buffer_;
  bool ended_ = false;
  bool skipping_ = false; ///< inside a line that was too long
  colours output_colours_;
  colours error_colours_;
};

} // namespace callboard::cli

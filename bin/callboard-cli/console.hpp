#pragma once

#include "bin/callboard-cli/colours.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace callboard::cli {

namespace asio = boost::asio;

/// What came from the user.
struct input {
  enum class kind {
    line,        ///< `text` is a line without its end
    too_long,    ///< a line past `longest_line`; it was skipped
    end,         ///< no more input
    interruption ///< Ctrl-C
  };
  kind what = kind::end;
  std::string text;
};

/// Lines past this many bytes are refused.
constexpr std::size_t longest_line = 64U << 10U;

/// Where lines come from and go to: a terminal with line editing, or plain streams.
class console {
public:
  virtual ~console() = default;

  /// Whether a person sits at a terminal.
  virtual bool interactive() const = 0;

  /// Writes a line to standard output; a line being typed is kept whole below it.
  virtual void print(std::string_view line) = 0;

  /// Writes a line to standard error, likewise.
  virtual void complain(std::string_view line) = 0;

  /// Waits for a line of input. What is typed in a chat is taken off the screen: it comes back as a message.
  virtual asio::awaitable<input> read_line(std::string prompt, bool in_chat) = 0;

  /// Waits for a line of input that is not shown; at a terminal only.
  virtual asio::awaitable<input> read_secret(std::string prompt) = 0;

  /// Colours for standard output and standard error.
  virtual const colours& output_colours() const = 0;
  virtual const colours& error_colours() const = 0;
};

/// The console of this process: a terminal if standard input and output are both one.
std::unique_ptr<console> open_console(asio::any_io_executor executor, bool colours_wanted);

} // namespace callboard::cli

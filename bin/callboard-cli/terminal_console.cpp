#include "bin/callboard-cli/terminal_console.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>

namespace callboard::cli {

namespace {

// Lines with passwords are not remembered.
bool is_secret(std::string_view line) {
  const auto start = line.find_first_not_of(" \t");
  line.remove_prefix(start == std::string_view::npos ? line.size() : start);
  return line.starts_with("login") || line.starts_with("register");
}

// Turns echo off for as long as it lives.
class silent_terminal {
public:
  silent_terminal() {
    tcgetattr(STDIN_FILENO, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~silent_terminal() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
  silent_terminal(const silent_terminal&) = delete;
  silent_terminal& operator=(const silent_terminal&) = delete;

private:
  termios before_{};
};

// True for as long as it lives, also if a wait is given up.
class raised_flag {
public:
  explicit raised_flag(bool& flag) : flag_(flag) { flag_ = true; }
  ~raised_flag() { flag_ = false; }
  raised_flag(const raised_flag&) = delete;
  raised_flag& operator=(const raised_flag&) = delete;

private:
  bool& flag_;
};

} // namespace

terminal_console::terminal_console(asio::any_io_executor executor, bool colours_wanted)
    : input_(executor), signals_(executor, SIGINT, SIGTERM, SIGWINCH), colours_(colours_wanted) {
  asio::co_spawn(executor, watch_signals(), asio::detached);
}

terminal_console::~terminal_console() = default;

void terminal_console::print(std::string_view line) {
  write_above(line);
}

void terminal_console::complain(std::string_view line) {
  write_above(colours_.error(line));
}

void terminal_console::write_above(std::string_view line) {
  if (editor_.editing())
    editor_.hide();
  static_cast<void>(std::fwrite(line.data(), 1, line.size(), stdout));
  std::fputc('\n', stdout);
  if (editor_.editing())
    editor_.show();
  std::fflush(stdout);
}

asio::awaitable<input> terminal_console::read_line(std::string prompt, bool in_chat) {
  begin_editing(prompt, in_chat);
  const raised_flag reading(reading_);
  while (!taken_) {
    co_await input_.wait();
    if (taken_)
      break;
    if (auto outcome = editor_.read_key())
      take(std::move(*outcome));
  }
  input taken = std::move(*taken_);
  taken_.reset();
  if (!in_chat)
    editor_.end();
  co_return taken;
}

asio::awaitable<input> terminal_console::read_secret(std::string prompt) {
  editor_.end();
  const silent_terminal silence;
  std::fputs(prompt.c_str(), stdout);
  std::fflush(stdout);
  const raised_flag reading(reading_);
  std::array<char, 1024> line{}; // past any password; the terminal hands over whole lines
  ssize_t count = -1;
  while (!taken_ && count < 0) {
    co_await input_.wait();
    if (!taken_)
      count = ::read(STDIN_FILENO, line.data(), line.size());
  }
  std::fputc('\n', stdout);
  std::fflush(stdout);
  input taken = taken_ ? std::move(*taken_) : input{};
  taken_.reset();
  if (count > 0) {
    taken = {input::kind::line, std::string(line.data(), static_cast<std::size_t>(count))};
    while (taken.text.ends_with('\n') || taken.text.ends_with('\r'))
      taken.text.pop_back();
  }
  co_return taken;
}

void terminal_console::begin_editing(const std::string& prompt, bool in_chat) {
  taken_.reset();
  if (!editor_.editing() || prompt != editor_.prompt())
    editor_.begin(prompt, in_chat ? line_editor::enter::takes_text : line_editor::enter::ends_line);
}

void terminal_console::take(line_editor::outcome outcome) {
  if (!outcome.is_end && !outcome.text.empty() && !is_secret(outcome.text))
    editor_.remember(outcome.text);
  if (outcome.is_end)
    taken_ = input{input::kind::end, {}};
  else if (outcome.text.size() > longest_line)
    taken_ = input{input::kind::too_long, {}};
  else
    taken_ = input{input::kind::line, std::move(outcome.text)};
}

asio::awaitable<void> terminal_console::watch_signals() {
  while (true) {
    const auto [error, signal] = co_await signals_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error)
      co_return;
    if (signal == SIGWINCH) {
      editor_.resize();
    } else if (signal == SIGINT && reading_) {
      taken_ = input{input::kind::interruption, {}};
      input_.interrupt();
    } else {
      editor_.end();
      static_cast<void>(std::signal(signal, SIG_DFL));
      std::raise(signal);
    }
  }
}

} // namespace callboard::cli

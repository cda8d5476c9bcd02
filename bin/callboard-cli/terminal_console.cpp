#include "bin/callboard-cli/terminal_console.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <termios.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <readline/history.h>
#include <readline/readline.h>

#include <langinfo.h>

namespace callboard::cli {

namespace {

constexpr int history_lines = 500;

// Readline calls plain functions: the one terminal that they mean.
terminal_console* current = nullptr;

// Lines with passwords are not remembered.
bool is_secret(std::string_view line) {
  const auto start = line.find_first_not_of(" \t");
  line.remove_prefix(start == std::string_view::npos ? line.size() : start);
  return line.starts_with("login") || line.starts_with("register");
}

void remember(const char* line) {
  if (*line != '\0' && !is_secret(line))
    add_history(line);
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
  std::setlocale(LC_ALL, "");
  if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
    std::setlocale(LC_CTYPE, "C.UTF-8"); // the protocol's texts are UTF-8 whatever the locale
  std::setlocale(LC_NUMERIC, "C");
  current = this;
  rl_readline_name = "callboard-cli";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_instream = stdin;
  rl_outstream = stdout;
  rl_bind_key('\t', rl_insert); // there is nothing to complete
  stifle_history(history_lines);
  asio::co_spawn(executor, watch_signals(), asio::detached);
}

terminal_console::~terminal_console() {
  end_editing();
  current = nullptr;
}

void terminal_console::print(std::string_view line) {
  write_above(line);
}

void terminal_console::complain(std::string_view line) {
  write_above(colours_.error(line));
}

void terminal_console::write_above(std::string_view line) {
  if (editing_)
    rl_clear_visible_line();
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  if (editing_) {
    rl_on_new_line();
    rl_redisplay();
  }
  std::fflush(stdout);
}

asio::awaitable<input> terminal_console::read_line(std::string prompt, bool in_chat) {
  begin_editing(prompt, in_chat);
  const raised_flag reading(reading_);
  while (!taken_) {
    co_await input_.wait();
    if (!taken_)
      rl_callback_read_char();
  }
  input taken = std::move(*taken_);
  taken_.reset();
  if (!in_chat)
    end_editing();
  co_return taken;
}

asio::awaitable<input> terminal_console::read_secret(std::string prompt) {
  end_editing();
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
  if (editing_ && prompt == prompt_)
    return;
  end_editing();
  for (const int key : {'\r', '\n'})
    rl_bind_key(key, in_chat ? on_chat_enter : rl_newline);
  prompt_ = prompt;
  editing_ = true;
  rl_callback_handler_install(prompt_.c_str(), on_accepted_line);
}

void terminal_console::end_editing() {
  if (!editing_)
    return;
  editing_ = false;
  rl_clear_visible_line();
  rl_callback_handler_remove();
  std::fflush(stdout);
}

void terminal_console::take(input taken) {
  if (taken.what == input::kind::line && taken.text.size() > longest_line)
    taken = {input::kind::too_long, {}};
  taken_ = std::move(taken);
}

void terminal_console::on_accepted_line(char* line) {
  // Readline would show the next prompt at once; it is for the command to say when.
  current->editing_ = false;
  rl_callback_handler_remove();
  if (line == nullptr) {
    std::fputc('\n', stdout);
    current->take({input::kind::end, {}});
    return;
  }
  remember(line);
  current->take({input::kind::line, line});
  std::free(line); // Readline allocates with malloc
}

int terminal_console::on_chat_enter(int, int) {
  std::string line(rl_line_buffer, static_cast<std::size_t>(rl_end));
  remember(line.c_str());
  rl_replace_line("", 1);
  rl_point = rl_mark = 0;
  rl_redisplay();
  current->take({input::kind::line, std::move(line)});
  return 0;
}

asio::awaitable<void> terminal_console::watch_signals() {
  while (true) {
    const auto [error, signal] = co_await signals_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error)
      co_return;
    if (signal == SIGWINCH) {
      rl_resize_terminal();
    } else if (signal == SIGINT && reading_) {
      taken_ = input{input::kind::interruption, {}};
      input_.interrupt();
    } else {
      end_editing();
      std::signal(signal, SIG_DFL);
      std::raise(signal);
    }
  }
}

} // namespace callboard::cli

#include "bin/callboard-cli/pipe_console.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace callboard::cli {

namespace {

void write_line(std::FILE* stream, std::string_view line) {
  static_cast<void>(std::fwrite(line.data(), 1, line.size(), stream));
  std::fputc('\n', stream);
  std::fflush(stream); // readers of a pipe want live lines
}

} // namespace

pipe_console::pipe_console(asio::any_io_executor executor, bool colours_wanted)
    : input_(executor), output_colours_(colours_wanted && isatty(STDOUT_FILENO) != 0),
      error_colours_(colours_wanted && isatty(STDERR_FILENO) != 0) {}

void pipe_console::print(std::string_view line) {
  write_line(stdout, line);
}

void pipe_console::complain(std::string_view line) {
  write_line(stderr, line);
}

asio::awaitable<input> pipe_console::read_line(std::string, bool) {
  input taken;
  while (!take_line(taken)) {
    co_await input_.wait();
    fill_buffer();
  }
  co_return taken;
}

asio::awaitable<input> pipe_console::read_secret(std::string) {
  co_return input{};
}

bool pipe_console::take_line(input& taken) {
  while (true) {
    const auto end = buffer_.find('\n');
    if (end == std::string::npos && !ended_) {
      if (buffer_.size() > longest_line) {
        skipping_ = true;
        buffer_.clear();
      }
      return false;
    }
    if (end == std::string::npos && buffer_.empty() && !skipping_) {
      taken = {input::kind::end, {}};
      return true;
    }
    const bool too_long = std::exchange(skipping_, false) || std::min(end, buffer_.size()) > longest_line;
    taken = {too_long ? input::kind::too_long : input::kind::line, too_long ? std::string() : buffer_.substr(0, end)};
    buffer_.erase(0, end == std::string::npos ? end : end + 1);
    if (taken.text.ends_with('\r'))
      taken.text.pop_back();
    return true;
  }
}

void pipe_console::fill_buffer() {
  std::array<char, 16U << 10U> chunk{};
  const auto count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
  if (count > 0)
    buffer_.append(chunk.data(), static_cast<std::size_t>(count));
  else if (count == 0 || (errno != EAGAIN && errno != EINTR))
    ended_ = true;
}

} // namespace callboard::cli

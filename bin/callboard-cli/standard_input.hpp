#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace callboard::cli {

namespace asio = boost::asio;

/// Waits until standard input can be read without blocking. The descriptor itself stays in blocking mode, which it
/// shares with whoever else has it open (a shell, standard output on the same terminal).
class standard_input {
public:
  explicit standard_input(asio::any_io_executor executor);

  /// Returns when there is something to read, or the end, or after `interrupt`.
  asio::awaitable<void> wait();

  /// Makes a `wait` under way return.
  void interrupt();

private:
  asio::posix::stream_descriptor watched_; ///< an epoll set of standard input alone
  bool always_ready_ = false;              ///< a regular file: never blocks, cannot be watched
};

} // namespace callboard::cli

#include "bin/callboard-cli/standard_input.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace callboard::cli {

standard_input::standard_input(asio::any_io_executor executor) : watched_(executor) {
  const int set = epoll_create1(EPOLL_CLOEXEC);
  if (set < 0)
    throw std::system_error(errno, std::generic_category(), "epoll_create1");
  watched_.assign(set);
  epoll_event event{};
  event.events = EPOLLIN;
  always_ready_ = epoll_ctl(set, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0;
}

asio::awaitable<void> standard_input::wait() {
  if (always_ready_)
    co_await asio::post(watched_.get_executor(), asio::use_awaitable); // let others run
  else
    co_await watched_.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
}

void standard_input::interrupt() {
  boost::system::error_code ignored; // nothing to cancel is fine
  watched_.cancel(ignored);
}

} // namespace callboard::cli

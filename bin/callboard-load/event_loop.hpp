#pragma once

#include "bin/callboard-load/clock.hpp"

#include <cstdint>
#include <sys/epoll.h>
#include <vector>

namespace callboard::load {

/// Something with a file descriptor in an event_loop.
class io_handler {
public:
  virtual ~io_handler() = default;

  /// Called with EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP as they apply.
  virtual void on_io(std::uint32_t events) = 0;
};

/// One thread's epoll set (level-triggered). A handler must live until after the `run_once` in which it was removed.
class event_loop {
public:
  event_loop();
  ~event_loop();
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  /// False if the system refused the set; nothing else works then.
  bool valid() const { return epoll_ >= 0; }

  /// Watches `descriptor` for `events`; false with errno on error.
  bool add(int descriptor, std::uint32_t events, io_handler& handler);
  /// Changes what is watched; false with errno on error.
  bool change(int descriptor, std::uint32_t events, io_handler& handler);
  /// Stops watching; events already fetched for it in this pass are dropped.
  void remove(int descriptor, io_handler& handler);

  /// Waits until something happens or the clock reads `until`, then calls the handlers of what happened.
  void run_once(nanoseconds until);

private:
  int epoll_ = -1;
  int ready_ = 0;
  std::vector<epoll_event> events_;
};

} // namespace callboard::load

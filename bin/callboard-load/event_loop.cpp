#include "bin/callboard-load/event_loop.hpp"

#include <algorithm>
#include <ctime>
#include <sys/prctl.h>
#include <unistd.h>

namespace callboard::load {

namespace {
constexpr std::size_t events_a_pass = 1024;
}

event_loop::event_loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), events_(events_a_pass) {
  // Without this the kernel rounds every wait up by 50 us, which is a good part of the latencies measured here.
  prctl(PR_SET_TIMERSLACK, 1UL);
}

event_loop::~event_loop() {
  if (epoll_ >= 0)
    close(epoll_);
}

bool event_loop::add(int descriptor, std::uint32_t events, io_handler& handler) {
  epoll_event event{.events = events, .data = {.ptr = &handler}};
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

bool event_loop::change(int descriptor, std::uint32_t events, io_handler& handler) {
  epoll_event event{.events = events, .data = {.ptr = &handler}};
  return epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) == 0;
}

void event_loop::remove(int descriptor, io_handler& handler) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
  for (int i = 0; i < ready_; ++i)
    if (events_[static_cast<std::size_t>(i)].data.ptr == &handler)
      events_[static_cast<std::size_t>(i)].data.ptr = nullptr;
}

void event_loop::run_once(nanoseconds until) {
  const nanoseconds wait = std::max<nanoseconds>(until - now(), 0);
  const timespec span{.tv_sec = wait / second, .tv_nsec = wait % second};
  ready_ = epoll_pwait2(epoll_, events_.data(), static_cast<int>(events_.size()), &span, nullptr);
  for (int i = 0; i < ready_; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    if (event.data.ptr != nullptr)
      static_cast<io_handler*>(event.data.ptr)->on_io(event.events);
  }
  ready_ = 0;
}

} // namespace callboard::load

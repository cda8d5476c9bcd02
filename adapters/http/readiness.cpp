#include "adapters/http/readiness.hpp"

#include <unistd.h>

namespace callboard::http {
namespace {

epoll_event make_event(std::uint64_t key, bool readable, bool writable) {
  epoll_event event{};
  event.events =
      (readable ? static_cast<std::uint32_t>(EPOLLIN) : 0u) | (writable ? static_cast<std::uint32_t>(EPOLLOUT) : 0u);
  event.data.u64 = key;
  return event;
}

} // namespace

readiness::readiness() : epoll_{::epoll_create1(EPOLL_CLOEXEC)} {}

readiness::~readiness() {
  if (epoll_ >= 0)
    ::close(epoll_);
}

bool readiness::add(int socket, std::uint64_t key, bool readable, bool writable) {
  auto event = make_event(key, readable, writable);
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) == 0;
}

void readiness::change(int socket, std::uint64_t key, bool readable, bool writable) {
  auto event = make_event(key, readable, writable);
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event);
}

std::span<const epoll_event> readiness::poll() {
  auto count = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), 0);
  return {events_.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

} // namespace callboard::http

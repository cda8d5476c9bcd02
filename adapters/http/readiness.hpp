#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <sys/epoll.h>

namespace callboard::http {

/// The sockets of an I/O thread's WebSockets, watched level-triggered by an epoll instance of its own, which the
/// thread's event loop watches in turn. Per socket the event loop then keeps no state at all, and one wake-up reports
/// many sockets.
class readiness {
public:
  readiness();
  ~readiness();
  readiness(const readiness&) = delete;
  readiness& operator=(const readiness&) = delete;

  /// To be watched for readability by the event loop; -1 if the system gave none.
  int descriptor() const { return epoll_; }

  /// False if the system has no room for another one.
  bool add(int socket, std::uint64_t key, bool readable, bool writable);
  void change(int socket, std::uint64_t key, bool readable, bool writable);

  /// What is ready now, without waiting.
  std::span<const epoll_event> poll();

private:
  int epoll_ = -1;
  std::array<epoll_event, 256> events_{};
};

} // namespace callboard::http

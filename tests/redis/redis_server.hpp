#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "adapters/redis/url.hpp"

namespace callboard::test {

/// The Redis that CALLBOARD_TEST_REDIS_URL names; without it the test fails and says how to start one.
redis::address shared_redis();

/// A Redis of the test's own, which it may stop, kill and empty. It keeps its port.
class redis_server {
public:
  redis_server();
  ~redis_server();
  redis_server(const redis_server&) = delete;
  redis_server& operator=(const redis_server&) = delete;

  void start();
  void kill();
  void freeze();
  void thaw();
  /// One command, over a connection of its own; the answer as text, lists joined by spaces.
  std::string run(const std::vector<std::string>& words) const;
  redis::address where() const;

private:
  std::uint16_t port_;
  pid_t process_ = 0;
};

/// A port of 127.0.0.1 that nothing listens on now.
std::uint16_t free_port();

} // namespace callboard::test

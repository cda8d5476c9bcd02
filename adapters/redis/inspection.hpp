#pragma once

#include <chrono>
#include <string>
#include <variant>

#include "adapters/redis/url.hpp"

namespace callboard::redis {

/// What a Redis says of itself.
struct server_facts {
  std::string version;  // "7.0.15"
  std::string eviction; // of keys when its memory is full: "noeviction"
  bool bounded = false; // whether it has a bound of memory at all
};

/// Connects once, asks, and disconnects. The error is its reason, in a few words.
std::variant<server_facts, std::string> inspect(const address& where, std::chrono::milliseconds timeout);

} // namespace callboard::redis

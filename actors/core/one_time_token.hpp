#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "messages/password_writes.hpp"

namespace callboard::core {

/// How long tokens that are mailed are good for, and how many of one purpose a user may have at once (security.md 4).
/// Past that no more are mailed: a stranger who asks again and again neither fills a mailbox nor makes the token that
/// its owner is about to use invalid.
struct one_time_rules {
  std::chrono::seconds reset_life{30 * 60};
  std::chrono::seconds verification_life{24 * 3600};
  std::uint32_t max_live = 3;
};

std::chrono::seconds life_of(token_purpose purpose, const one_time_rules& rules);

/// The page of the web client that uses a token. The token stands behind `#`, which a browser sends to no server: it
/// reaches neither a log nor another site. `base` is the configured address, never what a request says of itself.
std::string link_of(std::string_view base, token_purpose purpose, std::string_view token);

} // namespace callboard::core

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace callboard::redis {

/// What Redis does in one step (Lua). Times are Redis' own, so that nodes need not agree on theirs.
enum class script : std::uint8_t {
  beat,    // proves that the connection and the feed work, and tells whether Redis lost its data
  reserve, // takes an attempt of an account
  settle,  // gives it back, or counts it as failed
  lock,    // repeats a lock that a node knows of
  take,    // takes one from a rate
  find,    // looks a copy up; if there is none, gives a lease to fill it
  keep,    // fills a copy under its lease
  drop,    // forgets copies and their leases
  revoke,  // adds ended sessions and tells all nodes
};
inline constexpr std::size_t script_count = 9;

/// Its text; the parameters are named at its beginning.
std::string_view text_of(script which);

} // namespace callboard::redis

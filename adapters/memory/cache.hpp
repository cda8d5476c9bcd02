#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "adapters/memory/attempts.hpp"
#include "adapters/memory/copies.hpp"
#include "adapters/memory/rates.hpp"
#include "messages/messages.hpp"

namespace callboard::memory {

struct cache_config {
  std::chrono::seconds lock{300};                // of a key, and how long a failure counts
  std::size_t max_keys = 100'000;                // remembered; past it the longest untouched one is forgotten
  std::chrono::milliseconds longest_wait{5'000}; // of an attempt for one under way to come back
  std::size_t max_waiting = 1'000;               // attempts that wait; past it: refused
  std::size_t max_copies = 50'000;               // of what the store says; past it the longest unused one goes
  std::chrono::milliseconds copy_life{60'000};
  std::function<timestamp()> wall_clock;
};

/// Some attempt has waited for long enough.
struct cache_tick {};

using cache_self_actor = cache_actor::extend<caf::reacts_to<cache_tick>>;

/// The embedded cache: failed attempts, rates and copies, held in this process. Bounded; what it forgets, a guesser
/// gains nothing from but his own count back after 100,000 other accounts were tried. While all attempts of an account
/// are under verification, further ones wait for one to come back (security.md 6).
struct cache_state {
  struct waiting_attempt {
    std::vector<attempt_key> keys;
    timestamp until;
    caf::typed_response_promise<attempt_verdict> promise;
  };

  explicit cache_state(cache_self_actor::stateful_pointer<cache_state> self);
  cache_self_actor::behavior_type make_behavior(cache_config config);
  caf::result<attempt_verdict> reserve(const std::vector<attempt_key>& keys);
  /// The verdict, or nothing while all attempts are under verification.
  caf::optional<attempt_verdict> try_reserve(const std::vector<attempt_key>& keys);
  /// Answers those who wait, as far as it can be said now.
  void review_waiting();
  void settle(const settle_attempt& outcome);

  cache_self_actor::stateful_pointer<cache_state> self;
  cache_config config;
  std::list<waiting_attempt> waiting; // in the order of their arrival
  attempt_book attempts;
  rate_book rates;
  copy_book copies{1, std::chrono::milliseconds{0}};

  static inline const char* name = "cache";
};

cache_self_actor::behavior_type cache(cache_self_actor::stateful_pointer<cache_state> self, cache_config config);

} // namespace callboard::memory

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::memory::cache_tick)

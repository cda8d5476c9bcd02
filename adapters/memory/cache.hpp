#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>

#include <caf/stateful_actor.hpp>

#include "messages/messages.hpp"

namespace callboard::memory {

struct cache_config {
  unsigned max_attempts = 15;                    // failed log-ins of an account until it is locked; 0: never
  std::chrono::seconds lock{300};                // for how long, and how long a failure counts
  std::size_t max_keys = 100'000;                // remembered; past it the longest untouched one is forgotten
  std::chrono::milliseconds longest_wait{5'000}; // of an attempt for one under way to come back
  std::size_t max_waiting = 1'000;               // attempts that wait; past it: refused
  std::function<timestamp()> wall_clock;
};

/// Some attempt has waited for long enough.
struct cache_tick {};

/// A map that remembers the `most` keys that were touched last.
template <class Value>
class recent_map {
public:
  explicit recent_map(std::size_t most = 1) : most_(most) {}

  Value* find(const std::string& key) {
    auto i = entries_.find(key);
    return i == entries_.end() ? nullptr : &i->second.value;
  }
  Value& touch(const std::string& key) {
    auto [i, added] = entries_.try_emplace(key);
    auto& mine = i->second;
    if (added)
      mine.age = by_age_.insert(by_age_.end(), key);
    else
      by_age_.splice(by_age_.end(), by_age_, mine.age);
    if (entries_.size() > most_) {
      entries_.erase(by_age_.front());
      by_age_.pop_front();
    }
    return mine.value;
  }

private:
  struct entry {
    Value value;
    std::list<std::string>::iterator age;
  };
  std::size_t most_;
  std::unordered_map<std::string, entry> entries_;
  std::list<std::string> by_age_; // the longest untouched first
};

using cache_self_actor = cache_actor::extend<caf::reacts_to<cache_tick>>;

/// The embedded cache: failed attempts and rates, held in this process. Bounded; what it forgets, a guesser gains
/// nothing from but his own count back after 100,000 other accounts were tried. While all attempts of an account are
/// under verification, further ones wait for one to come back (security.md 6).
struct cache_state {
  struct attempts {
    unsigned reserved = 0; // under verification now
    unsigned failed = 0;
    timestamp first_failure;
    timestamp locked_until;
  };
  struct rate {
    double tokens = 0;
    timestamp last; // epoch: never taken from
  };

  struct waiting_attempt {
    std::string key;
    timestamp until;
    caf::typed_response_promise<attempt_verdict> promise;
  };

  explicit cache_state(cache_self_actor::stateful_pointer<cache_state> self);
  cache_self_actor::behavior_type make_behavior(cache_config config);
  caf::result<attempt_verdict> reserve(const std::string& key);
  /// The verdict, or nothing while all attempts are under verification.
  caf::optional<attempt_verdict> try_reserve(const std::string& key);
  /// Answers those who wait, as far as it can be said now.
  void review_waiting();
  void settle(const settle_attempt& outcome);
  bool take(const take_rate& request);

  cache_self_actor::stateful_pointer<cache_state> self;
  cache_config config;
  std::list<waiting_attempt> waiting; // in the order of their arrival
  recent_map<attempts> accounts;
  recent_map<rate> rates;

  static inline const char* name = "cache";
};

cache_self_actor::behavior_type cache(cache_self_actor::stateful_pointer<cache_state> self, cache_config config);

} // namespace callboard::memory

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::memory::cache_tick)

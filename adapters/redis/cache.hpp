#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "adapters/memory/cache.hpp"
#include "adapters/redis/client.hpp"
#include "messages/messages.hpp"

namespace callboard::redis {

struct cache_config {
  memory::cache_config local;                   // its rules and bounds hold for Redis too
  std::chrono::milliseconds retry_waiting{100}; // an attempt that waits looks so often whether one came back elsewhere
  std::chrono::milliseconds reservation_life{60'000}; // given back then, if the node that took it is gone; above what a
                                                      // verification may take, waiting for its turn included
  std::chrono::milliseconds lease_life{10'000};       // of a copy's filling: above what the store may take
  std::size_t max_unsent_drops = 10'000;              // keys; past it no copy is read until all have expired
  std::size_t max_known_locks = 5'000;                // that are repeated when Redis has lost them
};

/// Runs what came back from Redis in the actor's turn.
struct resume {
  std::shared_ptr<std::function<void()>> work;
};
/// Redis answers; with `fresh` it may have lost what it knew.
struct redis_beat {
  bool fresh = false;
};
struct retry_tick {};

using cache_self_actor =
    cache_actor::extend<caf::reacts_to<resume>, caf::reacts_to<redis_beat>, caf::reacts_to<retry_tick>>;

/// The cache that nodes share. Attempts and rates are counted here and in Redis, and both must allow: what this node
/// has seen still counts when Redis is away, slow or emptied, and a lock that it knows of is held whatever Redis says.
/// Copies are in Redis alone: without it nothing is found, and the store is asked.
struct cache_state {
  using verdict_handler = std::function<void(caf::optional<attempt_verdict>)>;
  struct known_lock {
    timestamp until;
    std::uint32_t most = 0; // failures that led to it
  };
  struct waiting_attempt {
    std::vector<attempt_key> keys;
    std::string name; // of the keys together
    timestamp until;
    caf::typed_response_promise<attempt_verdict> promise;
  };

  explicit cache_state(cache_self_actor::stateful_pointer<cache_state> self);
  cache_self_actor::behavior_type make_behavior(cache_config config, std::shared_ptr<client> redis);

  /// Asks Redis; `then` runs in a turn of this actor.
  void ask(script which, const std::vector<std::string>& keys, std::vector<std::string> arguments, result_handler then);

  // cache_attempts.cpp
  caf::result<attempt_verdict> reserve(const std::vector<attempt_key>& keys);
  /// The verdict, or nothing while all attempts are under verification.
  void try_reserve(const std::vector<attempt_key>& keys, verdict_handler then);
  void tell_lock(attempt_verdict verdict, verdict_handler then);
  caf::optional<attempt_verdict> judge(const std::vector<attempt_key>& keys, const std::string& taken_as,
                                       const result& answer);
  void review_waiting();
  void retry(const std::string& name, const std::vector<attempt_key>& keys);
  void arm_retry();
  void settle(const settle_attempt& outcome);
  void learn_lock(const attempt_key& key, std::int64_t milliseconds);
  void repeat_locks();
  caf::result<bool> take(const take_rate& request);

  caf::result<cached_value> find(const find_cached& request);
  void keep(const keep_cached& copy);
  caf::result<done> drop(const drop_cached& request);
  void remember_drops(const std::vector<std::string>& keys);
  void send_drops();
  void take_beat(redis_beat beat);

  timestamp now() const { return config.local.wall_clock(); }

  cache_self_actor::stateful_pointer<cache_state> self;
  cache_config config;
  std::shared_ptr<client> redis;
  memory::attempt_book attempts;
  memory::rate_book rates;
  std::unordered_map<std::string, std::deque<std::string>> reservations; // by name of keys: theirs in Redis
  std::map<std::string, known_lock> locks;                               // that this node knows of
  std::list<waiting_attempt> waiting;                                    // in the order of their arrival
  std::unordered_set<std::string> retrying; // names of keys for which one that waits is being asked for
  bool retry_armed = false;
  std::unordered_set<std::string> unsent_drops;
  bool drops_forgotten = false;
  timestamp no_copies_until; // copies may be older than a change

  static inline const char* name = "cache";
};

/// To be called before `redis` is started; the actor is to end before it is stopped.
cache_actor spawn_cache(caf::actor_system& system, cache_config config, std::shared_ptr<client> redis);

} // namespace callboard::redis

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::redis::resume)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::redis::redis_beat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::redis::retry_tick)

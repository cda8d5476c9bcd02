#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "adapters/password/hash.hpp"
#include "messages/messages.hpp"

namespace callboard::hashing {

struct hasher_config {
  password::hash_options hash;
  unsigned workers = 1;                            // threads that do nothing else
  std::size_t max_queue = 256;                     // waiting; past it: `overloaded`
  std::chrono::milliseconds work_deadline{30'000}; // of one hash
};

/// The pool's front: hands each request to the next free worker and keeps the others in a queue with a bound, so that
/// hashing never takes more threads than it was given (security.md 3).
struct hasher_state {
  explicit hasher_state(hasher_actor::stateful_pointer<hasher_state> self);
  hasher_actor::behavior_type make_behavior(hasher_config config);

  using task = std::function<void(const hasher_actor& worker, std::function<void()> free)>;

  template <class Request, class Answer>
  caf::result<Answer> take(Request& request);
  void next();

  hasher_actor::stateful_pointer<hasher_state> self;
  hasher_config config;
  std::vector<hasher_actor> idle;
  std::deque<task> queue;

  static inline const char* name = "hasher";
};

hasher_actor::behavior_type hasher(hasher_actor::stateful_pointer<hasher_state> self, hasher_config config);

} // namespace callboard::hashing

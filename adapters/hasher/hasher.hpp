#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "adapters/hasher/fair_queue.hpp"
#include "adapters/password/hash.hpp"
#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard::hashing {

struct hasher_config {
  password::hash_options hash;
  unsigned workers = 1;                            // threads that do nothing else
  std::size_t max_queue = 256;                     // waiting; past it: `overloaded`
  std::size_t max_of_name = 32;                    // of them for one name from one source
  std::chrono::milliseconds work_deadline{30'000}; // of one hash
  std::shared_ptr<node_probe> probe;
};

/// The pool's front: hands each request to the next free worker and keeps the others in a fair queue with bounds, so
/// that hashing never takes more threads than it was given (security.md 3) and a flood of guesses keeps nobody else
/// from logging in. What cannot begin in its time is dropped before it does, at once if that can be told when it comes:
/// `overloaded` is the promise that nothing was verified. `probe` is required.
struct hasher_state {
  explicit hasher_state(hasher_actor::stateful_pointer<hasher_state> self);
  hasher_actor::behavior_type make_behavior(hasher_config config);

  struct task {
    std::chrono::steady_clock::time_point begin_by;
    std::function<void(const hasher_actor& worker)> begin;
    std::function<void()> refuse;
  };

  template <class Request, class Answer>
  caf::result<Answer> take(Request& request);
  void next();
  void release(const hasher_actor& worker);
  /// Drops a task that has not begun, and counts why.
  void drop(const task& unlucky, counter& reason);
  /// Whether its turn would come too late even if nobody came after it, by what a hash took lately.
  bool is_hopeless(const std::string& source, const std::string& name_of_turn,
                   std::chrono::steady_clock::time_point begin_by) const;

  hasher_actor::stateful_pointer<hasher_state> self;
  hasher_config config;
  std::vector<hasher_actor> idle;
  fair_queue<task> queue{0, 0};
  std::chrono::duration<double> time_of_one{0}; // a moving average; 0: none is known yet

  static inline const char* name = "hasher";
};

hasher_actor::behavior_type hasher(hasher_actor::stateful_pointer<hasher_state> self, hasher_config config);

} // namespace callboard::hashing

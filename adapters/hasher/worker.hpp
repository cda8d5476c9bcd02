#pragma once

#include <memory>

#include <caf/stateful_actor.hpp>

#include "adapters/password/hash.hpp"
#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard::hashing {

struct worker_state {
  // An aggregate would be made from the actor's pointer: CAF tries that first, and a pointer is true.
  worker_state() = default;
  bool has_low_priority = false;
  static inline const char* name = "hasher_worker";
};

/// Hashes on its own thread, which is to be a detached one: it blocks for as long as bcrypt takes. The thread runs at a
/// low priority, so that whoever serves requests goes first where cores are scarce. What comes too late to begin is
/// refused with `overloaded` here too: it may have waited behind something that took longer than its deadline.
hasher_actor::behavior_type worker(hasher_actor::stateful_pointer<worker_state> self, password::hash_options options,
                                   std::shared_ptr<node_probe> probe);

/// What a request that did not begin is answered with.
caf::error too_busy();

} // namespace callboard::hashing

#pragma once

#include <cstdint>
#include <unordered_map>

#include <caf/stateful_actor.hpp>

#include "actors/room_mirror.hpp"
#include "messages/messages.hpp"

namespace callboard {

struct mirror_registry_config {
  room_mirror_config mirror;
};

/// What a mirror needs; the registry adds itself.
struct mirror_registry_neighbours {
  placement_actor placement;
  store_actor store;
  std::shared_ptr<outlet> out;
  std::shared_ptr<const codec> wire;
};

/// This node's mirrors. Everything for a mirror passes here, so that a mirror which has handled all that was ever
/// passed to it, and follows nobody, can go without losing a message. A mirror that fails is forgotten; its
/// connections are closed so that they come back and resume.
struct mirror_registry_state {
  explicit mirror_registry_state(mirror_registry_actor::stateful_pointer<mirror_registry_state> self);
  mirror_registry_actor::behavior_type make_behavior(mirror_registry_config config,
                                                     mirror_registry_neighbours neighbours);

  struct entry {
    room_mirror_actor mirror;
    std::uint64_t passed = 0;
  };

  entry& mirror_of(room_id room);

  mirror_registry_actor::stateful_pointer<mirror_registry_state> self;
  mirror_registry_config config;
  mirror_registry_neighbours neighbours;
  std::unordered_map<room_id, entry> mirrors;

  static inline const char* name = "mirror_registry";
};

mirror_registry_actor::behavior_type
mirror_registry(mirror_registry_actor::stateful_pointer<mirror_registry_state> self, mirror_registry_config config,
                mirror_registry_neighbours neighbours);

} // namespace callboard

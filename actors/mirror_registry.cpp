#include "actors/mirror_registry.hpp"

#include "actors/passivating.hpp"

#include <utility>

namespace callboard {

mirror_registry_state::mirror_registry_state(mirror_registry_actor::stateful_pointer<mirror_registry_state> pointer)
    : self(pointer) {}

mirror_registry_actor::behavior_type mirror_registry_state::make_behavior(mirror_registry_config settings,
                                                                          mirror_registry_neighbours around) {
  config = std::move(settings);
  neighbours = std::move(around);
  self->set_down_handler([this](const caf::down_msg& message) {
    std::erase_if(mirrors, [&](const auto& each) { return each.second.mirror.address() == message.source; });
  });
  // The mirrors go when the registry goes: at the node's end.
  self->set_exit_handler([this](const caf::exit_msg& message) {
    for (auto& [room, each] : mirrors)
      self->send_exit(each.mirror, message.reason);
    self->quit(message.reason);
  });
  return {
      [this](mirror_join& request) {
        auto& each = mirror_of(request.room);
        ++each.passed;
        return self->delegate(each.mirror, std::move(request));
      },
      [this](mirror_leave request) {
        auto& each = mirror_of(request.room);
        ++each.passed;
        return self->delegate(each.mirror, request);
      },
      [this](mirror_continue request) {
        auto& each = mirror_of(request.room);
        ++each.passed;
        return self->delegate(each.mirror, request);
      },
      [this](mirror_idle idle) { let_go(self, mirrors, idle.room, idle.handled, &entry::mirror); },
  };
}

mirror_registry_state::entry& mirror_registry_state::mirror_of(room_id room) {
  auto& each = mirrors[room];
  if (!each.mirror) {
    room_mirror_neighbours around{neighbours.placement, neighbours.store, self, neighbours.out, neighbours.wire};
    each.mirror = self->spawn<caf::monitored>(room_mirror, room, config.mirror, std::move(around));
  }
  return each;
}

mirror_registry_actor::behavior_type
mirror_registry(mirror_registry_actor::stateful_pointer<mirror_registry_state> self, mirror_registry_config config,
                mirror_registry_neighbours neighbours) {
  return self->state.make_behavior(std::move(config), std::move(neighbours));
}

} // namespace callboard

#include "bin/callboard/vital_parts.hpp"

#include <map>
#include <utility>

#include <caf/stateful_actor.hpp>

namespace callboard {
namespace {

struct watch_state {
  std::multimap<caf::actor_addr, std::string> names;
  static inline const char* name = "vital_parts";
};

caf::behavior watch(caf::stateful_actor<watch_state>* self, const std::vector<vital_part>& parts,
                    const std::function<void(const std::string&, const std::string&)>& lost) {
  self->set_down_handler([self, lost](const caf::down_msg& message) {
    auto [begin, end] = self->state.names.equal_range(message.source);
    for (auto each = begin; each != end; ++each)
      lost(each->second, self->system().render(message.reason));
    self->state.names.erase(begin, end);
  });
  for (auto& each : parts) {
    if (!each.actor)
      continue;
    self->state.names.emplace(each.actor.address(), each.name);
    self->monitor(each.actor);
  }
  return {[](caf::ok_atom) {}}; // without a handler it would end at once
}

} // namespace

caf::actor watch_vital_parts(caf::actor_system& system, const std::vector<vital_part>& parts,
                             std::function<void(const std::string& name, const std::string& reason)> lost) {
  return system.spawn(watch, parts, std::move(lost));
}

} // namespace callboard

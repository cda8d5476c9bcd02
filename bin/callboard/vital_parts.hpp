#pragma once

#include <functional>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

namespace callboard {

/// An actor that nobody starts again when it ends, and the name by which an operator is told of it.
struct vital_part {
  std::string name;
  caf::actor actor; // none: a part that this node does not have
};

/// Starts an actor that calls `lost` with a part's name and the reason, for each part that ends, also of those that had
/// ended before. It is called from a thread of the actor system. Who ends the parts on purpose ends this actor first.
caf::actor watch_vital_parts(caf::actor_system& system, const std::vector<vital_part>& parts,
                             std::function<void(const std::string& name, const std::string& reason)> lost);

} // namespace callboard

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "adapters/redis/client.hpp"
#include "bin/callboard/settings.hpp"
#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

/// The cache port of a node, in the form that the settings ask for.
struct shared_cache {
  cache_actor actor;
  std::shared_ptr<revocation_list> revocations;
  std::shared_ptr<redis::client> redis; // null: in memory
};

/// Starts it. A Redis that cannot be reached is no error: the cache does without until it can. `report` gets sentences
/// for the operator, from any thread.
shared_cache start_cache(caf::actor_system& system, const settings& options, std::shared_ptr<node_probe> probe,
                         std::function<void(const std::string&)> report);

} // namespace callboard

#include "bin/callboard/shared_cache.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "adapters/memory/cache.hpp"
#include "adapters/memory/revocations.hpp"
#include "adapters/redis/cache.hpp"
#include "adapters/redis/revocations.hpp"
#include "adapters/redis/url.hpp"
#include "bin/callboard/configs.hpp"

namespace callboard {

shared_cache start_cache(caf::actor_system& system, const settings& options, std::shared_ptr<node_probe> probe,
                         std::function<void(const std::string&)> report) {
  shared_cache result;
  if (options.redis_url.empty()) {
    result.actor = system.spawn(memory::cache, cache_settings(options));
    result.revocations = std::make_shared<memory::revocations>(wall_clock);
    return result;
  }
  redis::client_options client;
  client.where = std::get<redis::address>(redis::parse_url(options.redis_url.reveal())); // checked as an option
  client.probe = std::move(probe);
  client.report = std::move(report);
  result.redis = std::make_shared<redis::client>(std::move(client));
  result.revocations = std::make_shared<redis::revocations>(result.redis, wall_clock);
  redis::cache_config shared;
  shared.local = cache_settings(options);
  // Above what an attempt may take: waiting for its hash, and the hash.
  shared.reservation_life = std::max(shared.reservation_life, options.hasher_wait + std::chrono::seconds{45});
  result.actor = redis::spawn_cache(system, std::move(shared), result.redis);
  result.redis->start();
  return result;
}

} // namespace callboard

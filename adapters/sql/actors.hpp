#pragma once

#include "adapters/sql/executor.hpp"
#include "messages/probe.hpp"

namespace callboard::sql {

/// The actor over a write connection, in a thread of its own. `keep_alive` lives as long as the actor. Transactions are
/// counted in `probe`, if there is one.
write_connection_actor spawn_write_connection(caf::actor_system& system, std::shared_ptr<write_executor> executor,
                                              std::shared_ptr<const void> keep_alive,
                                              std::shared_ptr<dependency_probe> probe = nullptr);

struct reader_pool_options {
  unsigned readers = 2;
  unsigned queue = 1024; // queries that may wait per reader; beyond: `overloaded`
};

/// An actor that gives each query to the least busy of its readers. `make_executor` is called once for each.
store_actor spawn_reader_pool(caf::actor_system& system, reader_pool_options options,
                              const std::function<std::shared_ptr<query_executor>()>& make_executor,
                              std::shared_ptr<const void> keep_alive,
                              std::shared_ptr<dependency_probe> probe = nullptr);

} // namespace callboard::sql

#include "adapters/sql/store.hpp"

namespace callboard::sql {

write_connection_actor server_store::spawn_writer(caf::actor_system& system) {
  return spawn_write_connection(system, opened_.access.make_writer(), shared_from_this(), probe_);
}

store_actor server_store::spawn_reader_pool(caf::actor_system& system) {
  auto make_executor = [this] { return std::shared_ptr<query_executor>{opened_.access.make_reader()}; };
  return sql::spawn_reader_pool(system, opened_.pool, make_executor, shared_from_this(), probe_);
}

session_result server_store::open_session() {
  return std::make_unique<store_session>(opened_.access);
}

} // namespace callboard::sql

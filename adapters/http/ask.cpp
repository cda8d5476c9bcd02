#include "adapters/http/ask.hpp"

#include <caf/send.hpp>

namespace callboard::http {
namespace {

thread_local actor_bridge* bridge_of_thread = nullptr;

caf::behavior run_calls(caf::event_based_actor* self) {
  return {[self](bridge_call& call) { call(self); }};
}

} // namespace

actor_bridge::actor_bridge(caf::actor_system& system, std::shared_ptr<boost::asio::io_context> io)
    : io_{std::move(io)}, handle_{system.spawn<caf::hidden>(run_calls)} {}

actor_bridge::~actor_bridge() {
  caf::anon_send_exit(handle_, caf::exit_reason::user_shutdown);
}

actor_bridge& actor_bridge::current() {
  return *bridge_of_thread;
}

void actor_bridge::bind_to_thread() {
  bridge_of_thread = this;
}

} // namespace callboard::http

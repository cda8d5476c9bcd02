#pragma once

#include <functional>
#include <memory>

#include "messages/accounts.hpp"
#include "messages/cluster.hpp"
#include "messages/delivery.hpp"
#include "messages/message_gate.hpp"
#include "messages/spans.hpp"
#include "messages/users.hpp"

namespace callboard {

/// What the edge needs of the node: handed over once, at its start.
struct node_services {
  auth_actor auth;
  placement_actor placement;
  store_actor store;
  std::shared_ptr<const token_service> tokens;
  std::shared_ptr<const revocation_list> revocations;
  std::shared_ptr<const codec> wire;
  std::shared_ptr<message_gate> gate; // null: every message is let in
  std::string store_epoch;
  tracer_ptr tracing = std::make_shared<const tracer>(nullptr, 0.0); // never null; this one records nothing
  /// Whether a role has a permission: the one table of actors/core/permissions.cpp.
  bool (*may)(role who, permission what) = nullptr;

  /// Makes the session actor of a new WebSocket connection.
  std::function<session_actor(connection_ref connection, client_origin origin)> spawn_session;
};

} // namespace callboard

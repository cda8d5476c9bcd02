#pragma once

#include <functional>
#include <vector>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include "messages/events.hpp"
#include "messages/queries.hpp"
#include "messages/rooms.hpp"
#include "messages/users.hpp"

namespace callboard {

/// Committed events of one partition, in order; answered when all of them were taken.
struct publish_events {
  partition_id partition{};
  std::vector<domain_event> events;
};

/// Takes events at least once, in order per key; recognises a repetition by the event's id.
using event_consumer_actor = caf::typed_actor<caf::replies_to<publish_events>::with<done>>;
/// The event log, as the outbox relays see it.
using event_log_actor = event_consumer_actor;
/// The embedded one: hands the events to its consumers and answers when all have taken them.
using embedded_log_actor = event_log_actor::extend_with<event_source_actor>;

/// There may be new rows in the outbox of this partition.
struct outbox_grew {
  partition_id partition{};
};
using outbox_relay_actor = caf::typed_actor<caf::reacts_to<outbox_grew>>;

/// Begins to serve with this epoch: loads the reminders that are due.
struct partition_own {
  epoch_number epoch{};
};
/// From a room or user without work, with the number of messages it has handled: if that is all that was ever passed
/// to it, it may go.
struct room_idle {
  room_id room{};
  std::uint64_t handled = 0;
};
struct user_idle {
  user_id user{};
  std::uint64_t handled = 0;
};
/// A reminder actor has come to its end.
struct reminder_settled {
  reminder_record record;
};

/// Everything that is addressed by a room or a user, wherever it lives.
using routed_actor = room_actor::extend_with<user_actor>::extend_with<reminder_desk_actor>;

/// An owned partition: finds, spawns, supervises and passivates what is hashed to it.
using partition_actor =
    routed_actor::extend<caf::reacts_to<partition_own>, caf::reacts_to<outbox_grew>, caf::reacts_to<room_idle>,
                         caf::reacts_to<user_idle>, caf::reacts_to<reminder_settled>>;

/// Knows which node owns which partition and passes requests on.
struct get_placement {};
struct placement_entry {
  partition_id partition{};
  epoch_number epoch{};
};
using placement_actor = routed_actor::extend<caf::replies_to<get_placement>::with<std::vector<placement_entry>>,
                                             caf::reacts_to<outbox_grew>>;

} // namespace callboard

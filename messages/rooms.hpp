#pragma once

#include <memory>
#include <string>
#include <vector>

#include <caf/actor_control_block.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include "messages/commands.hpp"
#include "messages/delivery.hpp"
#include "messages/message_gate.hpp"
#include "messages/trace.hpp"
#include "messages/values.hpp"
#include "messages/writes.hpp"

namespace callboard {

/// Requests to a room, at its partition's owner. Each may also be sent to `placement` or to the partition, which pass
/// it on. Errors: `not_found` (no such room), `hidden` (not for this caller's eyes), `forbidden`, `moved`, and the
/// store's.

/// Posts a message. `as`: an admin speaks for this member. Answered after the commit.
struct room_post {
  room_id room{};
  principal who;
  std::string text;
  std::string key;
  stream_offset reply_to = 0;
  std::string as;
  trace_context trace = {};
  message_place place = {}; // kept until the answer
};

/// Asks whether somebody may read the room, and where its log ends.
struct room_admit {
  room_id room{};
  principal who;
};
struct room_admission {
  stream_offset tail = 0;
  member_role my_role = member_role::none;
  room_kind kind = room_kind::group;
};

struct room_describe {
  room_id room{};
  principal who;
};
struct room_rename {
  room_id room{};
  principal who;
  std::string name;
  trace_context trace = {};
};
struct room_remove {
  room_id room{};
  principal who;
  trace_context trace = {};
};
/// `members` are existing users.
struct room_invite {
  room_id room{};
  principal who;
  std::vector<member> members;
  trace_context trace = {};
};
struct room_expel {
  room_id room{};
  principal who;
  user_id target{};
  trace_context trace = {};
};
struct room_mark_read {
  room_id room{};
  principal who;
  stream_offset offset = 0;
};
/// Who is connected to the room now, over all nodes.
struct room_list_presence {
  room_id room{};
  principal who;
};
/// The store holds events that the room did not write itself (a member's account was deleted): read them.
struct room_refresh {
  room_id room{};
};

/// A connection came or went: told to all watching nodes.
struct room_announce {
  room_id room{};
  client_info who;
  bool joined = false;
};

/// Committed events of a room, in order, from the room to each watching node.
struct room_batch {
  room_id room{};
  std::vector<room_event> events;
  bool forget_names = false; // an author was anonymised: drop what is held in memory
};
struct room_gone {
  room_id room{};
};

/// Asks a mirror for the connections of its node.
struct list_local_clients {
  room_id room{};
};

/// A connection wants a room's events. The mirror answers the command itself, through the outlet, so that the reply
/// goes out before any event; then it tells the session what became of it.
struct mirror_join {
  room_id room{};
  principal who;
  connection_ref connection;
  uuid client;
  std::uint32_t command = 0;
  recovery_request recovery;
  bool join_leave = false;
  caf::strong_actor_ptr session; // hears `subscription_changed`
};
struct mirror_leave {
  room_id room{};
  connection_ref connection;
};
/// The connection's queue has drained: the next page of its backlog may follow.
struct mirror_continue {
  room_id room{};
  connection_ref connection;
};

/// From a mirror without connections, with the number of messages it has handled.
struct mirror_idle {
  room_id room{};
  std::uint64_t handled = 0;
};

/// What a mirror tells a session: its subscription begins, was refused, or is over.
struct subscription_changed {
  room_id room{};
  std::uint32_t command = 0; // that asked for it
  bool joined = false;
};

struct room_watched {
  stream_offset tail = 0;
  caf::strong_actor_ptr room; // to be monitored: when it goes, watch again
};

/// Room log at one node: a copy of its latest events and the connections that follow it.
using room_mirror_actor =
    caf::typed_actor<caf::reacts_to<room_batch>, caf::reacts_to<room_gone>, caf::reacts_to<room_announce>,
                     caf::replies_to<list_local_clients>::with<std::vector<client_info>>, caf::reacts_to<mirror_join>,
                     caf::reacts_to<mirror_leave>, caf::reacts_to<mirror_continue>>;

/// Begins to send a node everything that the room commits from now on. The room monitors the mirror.
struct room_watch {
  room_id room{};
  room_mirror_actor mirror;
};
struct room_unwatch {
  room_id room{};
  room_mirror_actor mirror;
};

using room_actor =
    caf::typed_actor<caf::replies_to<room_post>::with<appended>, caf::replies_to<room_admit>::with<room_admission>,
                     caf::replies_to<room_describe>::with<room_view>, caf::replies_to<room_rename>::with<room_view>,
                     caf::replies_to<room_remove>::with<done>, caf::replies_to<room_invite>::with<room_view>,
                     caf::replies_to<room_expel>::with<done>, caf::replies_to<room_mark_read>::with<std::uint32_t>,
                     caf::replies_to<room_list_presence>::with<std::vector<client_info>>, caf::reacts_to<room_refresh>,
                     caf::reacts_to<room_announce>, caf::replies_to<room_watch>::with<room_watched>,
                     caf::reacts_to<room_unwatch>>;

/// Finds or makes this node's mirror of a room, and passes on what is addressed to it.
using mirror_registry_actor = caf::typed_actor<caf::reacts_to<mirror_join>, caf::reacts_to<mirror_leave>,
                                               caf::reacts_to<mirror_continue>, caf::reacts_to<mirror_idle>>;

} // namespace callboard

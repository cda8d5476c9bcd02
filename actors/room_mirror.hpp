#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/core/event_ring.hpp"
#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

struct room_mirror_config {
  std::size_t ring_events = 512;
  std::size_t ring_bytes = 256 * 1024;
  std::size_t page_bytes = 64 * 1024; // of a backlog, at a time
  std::uint32_t page_events = 200;
  std::size_t events_per_frame = 256; // of a live batch
  // Under load, how long what goes out together is gathered at most: as long as writing it takes, up to a bound. 0:
  // never.
  std::chrono::microseconds gather_per_connection{4};
  std::chrono::microseconds longest_gather{2'000};
  std::chrono::milliseconds idle{30'000};    // without connections for so long: asks to go
  std::chrono::milliseconds deadline{5'000}; // of requests to the room and the store
  std::chrono::milliseconds retry{200};      // after the room went away
  std::string store_epoch;                   // positions of another epoch cannot be recovered
  std::shared_ptr<node_probe> probe;
  std::function<timestamp()> wall_clock; // of the node; none: how long deliveries take is not measured
};

struct room_mirror_neighbours {
  placement_actor placement;
  store_actor store;
  mirror_registry_actor registry;
  std::shared_ptr<outlet> out;
  std::shared_ptr<const codec> wire;
};

/// What was gathered goes out, unless it did meanwhile.
struct mirror_release {
  std::uint64_t delivery = 0;
};

using room_mirror_self_actor = room_mirror_actor::extend<caf::reacts_to<mirror_tick>, caf::reacts_to<mirror_release>>;

/// A room as one node sees it: the latest events, and the connections that follow. Every batch is encoded once and
/// handed to each I/O thread with the list of its connections.
///
/// A connection is pending until the room has admitted it; then it gets its reply, with the first page of what it
/// missed; then, page by page as its queue drains, the rest; and in the step in which it has reached the tail it joins
/// the live ones. A removal drops it in whatever state it is, and splits the batch: nobody gets an event after their
/// removal.
struct room_mirror_state {
  explicit room_mirror_state(room_mirror_self_actor::stateful_pointer<room_mirror_state> self);
  /// Who still follows is disconnected: after a failure they come back and resume.
  ~room_mirror_state();
  room_mirror_self_actor::behavior_type make_behavior(room_id id, room_mirror_config config,
                                                      room_mirror_neighbours neighbours);

  enum class phase : std::uint8_t { pending, catching_up, live };

  struct subscriber {
    connection_ref connection;
    client_info client;
    caf::strong_actor_ptr session;
    std::uint32_t command = 0; // answered by the reply to the subscription
    recovery_request recovery;
    principal who;            // until admitted
    std::uint64_t serial = 0; // tells it from an earlier subscription of the same connection
    stream_offset position = 0;
    phase state = phase::pending;
    bool join_leave = false;
    bool answered = false; // the reply went out
    bool page_under_way = false;
  };
  /// The live connections of one I/O thread. The list is shared with what is being sent; it is made anew when it
  /// has changed.
  struct lane {
    std::vector<connection_ref> live;
    std::shared_ptr<const std::vector<connection_ref>> shared;
  };

  static std::uint64_t key_of(connection_ref connection);
  subscriber* find(connection_ref connection);
  /// As `find`, unless the connection has subscribed anew meanwhile.
  subscriber* find(connection_ref connection, std::uint64_t serial);

  void watch();
  void join(mirror_join& request);
  void admit(connection_ref connection);
  void admitted(connection_ref connection, const room_admission& admission);
  /// Sends the next page of a backlog, or joins the live ones if there is none.
  void advance(subscriber& who);
  void send_page(subscriber& who, const std::vector<room_event>& events);
  void make_live(subscriber& who);
  void leave(connection_ref connection, bool announce);
  void refuse(connection_ref connection, const caf::error& reason);
  /// Ends subscriptions with an `unsubscribe` push that tells the client not to come back.
  void cut(user_id user, std::string_view reason);
  void cut_all(std::string_view reason);

  void take(room_batch& batch);
  void deliver(const room_event* first, const room_event* last);
  /// How long it pays to gather: for a room so small that it is written within a millisecond, not at all.
  std::chrono::microseconds gathering_time() const;
  /// Delivers what is held.
  void release();
  void wake_waiting();
  void check_idle();

  room_mirror_self_actor::stateful_pointer<room_mirror_state> self;
  room_id id{};
  room_mirror_config config;
  room_mirror_neighbours neighbours;
  core::event_ring ring{0, 0};
  std::unordered_map<std::uint64_t, subscriber> subscribers;
  std::vector<lane> lanes;           // by I/O thread
  std::vector<connection_ref> ahead; // know offsets that have not come here yet
  std::uint64_t serials = 0;
  bool begun = false;           // the ring has its place in the log
  std::vector<room_event> held; // committed, not yet delivered: only under load, for a moment
  std::size_t expected = 0;     // events that the next delivery may carry, going by the last ones
  bool gathering = false;
  std::uint64_t releases = 0;
  bool watched = false;
  bool gone = false;
  std::uint64_t handled = 0;
  std::uint64_t handled_at_last_tick = 0;

  static inline const char* name = "room_mirror";
};

room_mirror_self_actor::behavior_type room_mirror(room_mirror_self_actor::stateful_pointer<room_mirror_state> self,
                                                  room_id id, room_mirror_config config,
                                                  room_mirror_neighbours neighbours);

} // namespace callboard

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::mirror_release)

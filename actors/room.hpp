#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/core/backoff.hpp"
#include "actors/core/rules.hpp"
#include "actors/deadline_watch.hpp"
#include "actors/open_answers.hpp"
#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

struct room_config {
  core::limits limits;
  std::chrono::milliseconds idle{60'000};           // without watchers and work for so long: asks to passivate
  std::chrono::milliseconds store_deadline{5'000};  // reads
  std::chrono::milliseconds write_deadline{90'000}; // above the writer's own: the writer always answers
  unsigned appends_in_flight = 2;                   // batches handed to the writer at a time
  std::size_t second_append = 8;                    // posts that are worth a batch beside one that is under way
  std::size_t max_waiting = 4'096;                  // posts waiting for their batch; past it: `overloaded`
  std::shared_ptr<node_probe> probe;
  tracer_ptr tracing;
};

/// What a room knows of its surroundings.
struct room_neighbours {
  log_writer_actor writer;
  store_actor store;
  partition_actor partition; // its supervisor
};

/// Hands over what waits, now that all posts which lay in the mailbox were looked at.
struct room_append {};

/// The room's own interface: what others may ask, its timers, and what it tells itself.
using room_self_actor =
    room_actor::extend<caf::reacts_to<room_tick>, caf::reacts_to<deadline_tick>, caf::reacts_to<room_append>>;

/// A chat room: decides who may do what, hands events to the log writer in one order, answers their senders after the
/// commit and passes what was committed to every watching node, batch by batch.
/// Loads itself from the store before the first message; passivates when idle.
struct room_state {
  explicit room_state(room_self_actor::stateful_pointer<room_state> self);
  ~room_state(); // answers posts that it has not answered, as `open_answers` does the rest
  room_state(const room_state&) = delete;
  room_state& operator=(const room_state&) = delete;
  room_self_actor::behavior_type make_behavior(room_id id, fence guard, room_config config, room_neighbours neighbours);

  struct waiting_post {
    room_event event;
    caf::typed_response_promise<appended> promise;
    live_span span;
    message_place place;

    /// Its place is free before the sender knows: whoever sends the next message at once finds it so.
    void answer(const appended& result);
    void refuse(caf::error reason);
  };
  struct membership {
    std::string username;
    member_role role = member_role::none;
    timestamp added_at;
  };

  /// Nothing, or why every request is refused now (not there, not loaded, removed). Such a room asks to go.
  caf::error refusal() const;
  member_role role_of(const principal& who) const;
  caf::error may_read(const principal& who) const;
  caf::error may_post(const principal& who) const;
  /// Owner or admin of the room; not of a direct one.
  caf::error may_manage(const principal& who) const;
  room_view view_for(const principal& who) const;

  caf::result<appended> post(const room_post& request);
  caf::result<room_view> rename(const room_rename& request);
  caf::result<done> remove(const room_remove& request);
  caf::result<room_view> invite(room_invite& request);
  caf::result<done> expel(const room_expel& request);
  caf::result<std::vector<client_info>> list_presence(const room_list_presence& request);

  void load();
  /// Hands the waiting posts to the log writer. While a batch is under way the next one gathers: a message costs least
  /// in company, and one alone would wait for the same commit anyway.
  void append_waiting();
  /// Takes committed events in: to the members, to the watchers. A hole is filled from the store first.
  void publish(std::vector<room_event> events);
  void apply(const room_event& event);
  /// A member went. When the owner's account was deleted, an admin, or else who has been a member for longest, owns the
  /// room now, as the store has it too.
  void drop(user_id user);
  void read_missing();
  void read_missing_later();
  void tell_watchers(const room_batch& batch);
  void close();
  void check_idle();

  room_self_actor::stateful_pointer<room_state> self;
  room_id id{};
  fence guard;
  room_config config;
  room_neighbours neighbours;

  room_view room; // as loaded; `my_role` unused
  std::unordered_map<user_id, membership> members;
  std::unordered_set<user_id> joining; // their addition is being written
  std::unordered_set<user_id> leaving; // their removal is being written: they may not post any more
  stream_offset tail = 0;
  caf::error load_failure = make_failure(errc::unavailable, "the room is not loaded yet");
  std::vector<room_mirror_actor> watchers;
  std::vector<waiting_post> waiting;
  std::list<std::vector<waiting_post>> in_flight; // what the log writer has
  deadline_watch<deadline_tick> appends;
  open_answers answers;
  bool reading = false;  // filling a hole from the store
  bool retrying = false; // a hole could not be read; a timer runs
  core::backoff read_pause{std::chrono::milliseconds{100}, std::chrono::milliseconds{5'000}};
  std::uint64_t handled = 0; // messages that came by the partition
  std::uint64_t handled_at_last_tick = 0;

  static inline const char* name = "room";
};

room_self_actor::behavior_type room(room_self_actor::stateful_pointer<room_state> self, room_id id, fence guard,
                                    room_config config, room_neighbours neighbours);

} // namespace callboard

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(callboard::room_append)

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include <caf/stateful_actor.hpp>

#include "actors/analytics.hpp"
#include "actors/core/due_queue.hpp"
#include "actors/core/reminder_machine.hpp"
#include "actors/open_answers.hpp"
#include "actors/outbox_relay.hpp"
#include "actors/reminder.hpp"
#include "actors/room.hpp"
#include "actors/routing.hpp"
#include "actors/user.hpp"
#include "messages/messages.hpp"

namespace callboard {

struct partition_config {
  room_config room;
  user_config user;
  reminder_config reminder;
  outbox_relay_config relay;
  analytics_config analytics;
  core::limits limits;
  std::chrono::milliseconds horizon{600'000}; // reminders due within it are held in memory
  std::uint32_t max_loaded = 10'000;          // of them, at a time
  std::size_t max_firing = 1'000;             // reminder actors at a time
  std::chrono::milliseconds store_deadline{5'000};
  std::chrono::milliseconds write_deadline{90'000};
  std::chrono::milliseconds retry{500};           // after the store did not answer
  std::chrono::milliseconds longest_wait{30'000}; // the wall clock may be set: look again at least so often
  tracer_ptr tracing;
};

struct partition_neighbours {
  log_writer_actor writer;
  log_writer_actor bookkeeper; // of what follows from events that are committed; the writer itself, or one beside it
  store_actor store;
  placement_actor placement;
  notifier_actor notifier;
  event_log_actor event_log;
  event_log_actor broker;    // none without Kafka
  event_source_actor source; // what the analytics read; none: nothing is counted
};

using partition_self_actor = partition_actor::extend<caf::reacts_to<partition_tick>, caf::reacts_to<reload_tick>>;

/// An owned partition. It finds or spawns the room or user that a request is addressed to and passes it on; it watches
/// over them (who fails is forgotten and comes back from the store with the next request) and lets those go that have
/// handled everything it ever passed to them. It holds the reminders that are due soon, wakes an actor for each that is
/// due, and changes them on their owners' behalf. Until it owns the partition, and after it lost it, it answers
/// `moved`.
struct partition_state {
  explicit partition_state(partition_self_actor::stateful_pointer<partition_state> self);
  partition_self_actor::behavior_type make_behavior(partition_id id, partition_config config,
                                                    partition_neighbours neighbours);

  struct room_entry {
    room_actor room;
    std::uint64_t passed = 0;
  };
  struct user_entry {
    user_actor user;
    std::uint64_t passed = 0;
  };

  void own(epoch_number epoch);
  void start_relay();
  void start_analytics();
  void quit_after_both();
  room_entry& room_of(room_id id);
  user_entry& user_of(user_id id);
  void forget(const caf::down_msg& message);
  caf::error not_owned() const;

  // Reminders: partition_reminders.cpp.
  using step_function = std::function<std::optional<core::reminder_step>(const reminder_record&)>;
  caf::result<reminder_record> add(reminder_add& request);
  void write_reminder(reminder_add request, open_answers::owed<reminder_record> promise, live_span span);
  caf::result<reminder_record> edit(const reminder_edit& request);
  /// Takes any of the requests that change a reminder.
  template <class Request>
  caf::result<reminder_record> change(const Request& request, step_function step) {
    return change(request.who, request.id, std::move(step), request.trace);
  }
  caf::result<reminder_record> change(const principal& who, reminder_id id, step_function step,
                                      const trace_context& trace);
  void change_stored(user_id owner, reminder_id id, step_function step, unsigned tries,
                     open_answers::owed<reminder_record> promise, live_span span);
  /// Holds the reminder if it fires soon, and lets it go if not.
  void keep(const reminder_record& record);
  void load_due();
  /// Reads one whose firing met a conflict: it may have fired with the answer lost.
  void look_again(const reminder_record& record);
  void reload_after(std::chrono::milliseconds pause);
  void wake_due();
  void arm();
  timestamp now() const { return config.reminder.wall_clock(); }

  partition_self_actor::stateful_pointer<partition_state> self;
  partition_id id{};
  fence guard;
  bool owned = false;
  partition_config config;
  partition_neighbours neighbours;
  outbox_relay_actor relay;
  log_consumer_actor counting; // the analytics
  open_answers answers;
  std::optional<caf::error> stopping; // why it ends
  std::unordered_map<room_id, room_entry> rooms;
  std::unordered_map<user_id, user_entry> users;

  core::due_queue due;
  std::unordered_map<reminder_id, reminder_record> soon; // those in `due`
  std::unordered_map<reminder_id, reminder_actor> firing;
  timestamp loaded_until;
  timestamp loading_until; // of the looks under way: what is kept until then may be missing from what they find
  unsigned looks = 0;      // under way
  caf::actor_clock::time_point reload_at; // the next look that counts
  unsigned long armed = 0;                // generation of the wake-up that counts

  static inline const char* name = "partition";
};

partition_self_actor::behavior_type partition(partition_self_actor::stateful_pointer<partition_state> self,
                                              partition_id id, partition_config config,
                                              partition_neighbours neighbours);

} // namespace callboard

#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <caf/stateful_actor.hpp>

#include "actors/core/backoff.hpp"
#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

struct reminder_config {
  std::chrono::milliseconds write_deadline{90'000};
  std::chrono::milliseconds delivery_deadline{5'000};
  std::chrono::milliseconds mail_deadline{60'000};
  std::chrono::milliseconds first_retry{100};
  std::chrono::milliseconds longest_retry{5'000};
  std::function<timestamp()> wall_clock; // when is now, for `fired_at`
  std::shared_ptr<node_probe> probe;
};

struct reminder_neighbours {
  log_writer_actor writer;
  partition_actor partition; // routes to the user, and hears of the end
  notifier_actor notifier;
};

using reminder_self_actor = reminder_actor::extend<caf::reacts_to<reminder_tick>>;

/// One reminder that is due: fires it by one transaction, delivers it to the owner's connections or, if there is none
/// and e-mail was asked for, by e-mail, and records that. A reminder that comes in state `firing` (the node died in
/// between) is delivered again under the same `fire_seq`, never fired again. What the store cannot take now is tried
/// again until it can; a conflict means that somebody changed the reminder meanwhile, and ends it here.
struct reminder_state_machine {
  explicit reminder_state_machine(reminder_self_actor::stateful_pointer<reminder_state_machine> self);
  reminder_self_actor::behavior_type make_behavior(reminder_record record, fence guard, reminder_config config,
                                                   reminder_neighbours neighbours);

  void fire();
  void deliver(const personal_event& event);
  void send_mail();
  void settle(bool failed);
  void retry(std::function<void()> step, const caf::error& reason);
  void finish();

  reminder_self_actor::stateful_pointer<reminder_state_machine> self;
  reminder_record record;
  fence guard;
  reminder_config config;
  reminder_neighbours neighbours;
  core::backoff backoff{std::chrono::milliseconds{100}, std::chrono::milliseconds{5'000}};
  std::function<void()> next_try;

  static inline const char* name = "reminder";
};

reminder_self_actor::behavior_type reminder(reminder_self_actor::stateful_pointer<reminder_state_machine> self,
                                            reminder_record record, fence guard, reminder_config config,
                                            reminder_neighbours neighbours);

} // namespace callboard

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <unordered_map>

#include <caf/stateful_actor.hpp>

#include "actors/core/backoff.hpp"
#include "messages/messages.hpp"

namespace callboard {

struct notifier_config {
  unsigned tries = 4; // of one mail
  std::chrono::milliseconds first_retry{500};
  std::chrono::milliseconds longest_retry{10'000};
  std::chrono::milliseconds store_deadline{5'000};
  std::chrono::milliseconds mail_deadline{10'000};
  std::chrono::milliseconds write_deadline{90'000};
  std::size_t max_under_way = 1'000; // past it: `overloaded`
  std::function<timestamp()> wall_clock;
};

using notifier_self_actor = notifier_actor::extend<caf::reacts_to<notifier_tick>>;

/// Brings news by e-mail: finds the address, hands the mail over, tries again while the mailer cannot take it.
/// Refusals: `not_available` (the user has no address), the mailer's last error. How it ended goes to the log of events
/// first; if that cannot be written, the answer is the same.
struct notifier_state {
  explicit notifier_state(notifier_self_actor::stateful_pointer<notifier_state> self);
  notifier_self_actor::behavior_type make_behavior(notifier_config config, store_actor store, mailer_actor mailer,
                                                   log_writer_actor writer);

  caf::result<done> notify(const notify_by_mail& request);
  void send(user_id user, mail_message mail, core::backoff pause, caf::typed_response_promise<done> promise);
  /// Ends a notification that was tried; no error: it was sent.
  void finish(user_id user, caf::error failure, caf::typed_response_promise<done> promise);

  notifier_self_actor::stateful_pointer<notifier_state> self;
  notifier_config config;
  store_actor store;
  mailer_actor mailer;
  log_writer_actor writer;
  std::size_t under_way = 0;
  std::uint64_t tickets = 0;
  std::unordered_map<std::uint64_t, std::function<void()>> later; // mails that wait for their next try

  static inline const char* name = "notifier";
};

notifier_self_actor::behavior_type notifier(notifier_self_actor::stateful_pointer<notifier_state> self,
                                            notifier_config config, store_actor store, mailer_actor mailer,
                                            log_writer_actor writer);

} // namespace callboard

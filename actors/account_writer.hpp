#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "messages/messages.hpp"

namespace callboard {

struct account_writer_config {
  std::chrono::milliseconds store_deadline{5'000};
  std::chrono::milliseconds write_deadline{90'000}; // above the writer's own: the writer always answers
  std::chrono::milliseconds cache_deadline{2'000};
};

struct account_writer_neighbours {
  log_writer_actor writer;
  store_actor store; // itself, not its cached form
  cache_actor cache;
};

/// The log writer, as those see it who change accounts: when a change is answered, the cache has forgotten what it
/// held of the account. It forgets too when it is not known whether the change was committed. All other operations go
/// straight on.
struct account_writer_state {
  explicit account_writer_state(log_writer_actor::stateful_pointer<account_writer_state> self);
  log_writer_actor::behavior_type make_behavior(account_writer_config config, account_writer_neighbours neighbours);

  caf::result<user_view> make(register_user& operation);
  caf::result<user_view> change(update_user& operation);
  caf::result<changed_access> change(change_access& operation);
  caf::result<deleted_user> remove(const delete_user& operation);
  caf::result<done> verify(const verify_email& operation);
  /// Reads which names the account has now, then writes.
  template <class Operation, class Promise>
  void write_known(Operation operation, std::vector<std::string> keys, Promise promise);
  template <class Operation, class Promise>
  void write(Operation operation, std::vector<std::string> keys, Promise promise);
  template <class Promise>
  void forget(std::vector<std::string> keys, Promise promise, std::function<void(Promise&)> answer);

  log_writer_actor::stateful_pointer<account_writer_state> self;
  account_writer_config config;
  account_writer_neighbours neighbours;

  static inline const char* name = "account_writer";
};

log_writer_actor::behavior_type account_writer(log_writer_actor::stateful_pointer<account_writer_state> self,
                                               account_writer_config config, account_writer_neighbours neighbours);

} // namespace callboard

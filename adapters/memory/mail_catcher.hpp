#pragma once

#include <chrono>

#include <caf/stateful_actor.hpp>

#include "messages/messages.hpp"

namespace callboard::memory {

struct mail_catcher_config {
  std::uint32_t keep = 10'000; // mails; older ones go
  std::chrono::milliseconds write_deadline{9'000};
};

/// The embedded mailer: nothing leaves the machine, every mail is kept in the store, where an admin reads it.
struct mail_catcher_state {
  static inline const char* name = "mailer";
};

mailer_actor::behavior_type mail_catcher(mailer_actor::stateful_pointer<mail_catcher_state> self,
                                         mail_catcher_config config, log_writer_actor writer);

} // namespace callboard::memory

#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <caf/stateful_actor.hpp>

#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard::smtp {

/// Where mail is handed over.
struct mailer_config {
  secret_text url; // smtp://[user:password@]host[:port], or smtps:// for TLS from the first byte
  std::string from = "callboard@localhost";
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds timeout{8'000}; // of a mail as a whole; below the asker's deadline
  std::shared_ptr<node_probe> probe;        // may be null
};

/// Why an URL cannot be used, as a sentence; empty if it can.
std::string check_url(const std::string& url);

struct mailer_state {
  static inline const char* name = "mailer";
};

/// Hands each mail to an SMTP server (RFC 5321), with TLS wherever the server offers it; with `smtps` always. Answers
/// when the server has taken it. A refusal for good (5xx) is `not_available`; anything else (4xx, no connection, no
/// answer in time) `unavailable`: the asker tries again. Spawn it detached: it waits for the network.
mailer_actor::behavior_type mailer(mailer_actor::stateful_pointer<mailer_state> self, mailer_config config);

} // namespace callboard::smtp

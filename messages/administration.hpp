#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <caf/optional.hpp>

#include "messages/values.hpp"

namespace callboard {

/// An account as an admin sees it.
struct account_view {
  user_view user;
  bool disabled = false;
  timestamp locked_until; // epoch, or in the past: log-ins are not locked
};

/// One more thing an audit entry says. Neither secrets nor names, addresses or texts that somebody typed: who is meant
/// is said by number.
struct audit_field {
  std::string name;
  std::string value;
};

/// One entry of the audit log.
struct audit_entry {
  std::int64_t id = 0;
  std::string type;
  user_id actor{};   // who did it; 0: nobody known
  user_id subject{}; // whose account it is about; 0: nobody's
  std::string actor_name, subject_name;
  std::string detail;  // a JSON object
  std::string address; // empty: not known, or forgotten with the account
  timestamp created_at;
};

/// Where an entry of the audit log came from, and by whom.
struct audit_source {
  user_id actor{}; // 0: the operator, by the command line
  std::string address;
};

/// The account as it is now, and the sessions that ended with what it was.
struct changed_access {
  account_view account;
  std::vector<session_id> ended;
};

/// Changes an account's role, or disables or enables it; what is not set stays. A change ends every session of the
/// account, and is written to the audit log. Refusals: `not_found`; `last_admin` if no other admin is left who is not
/// disabled; `conflict` for the role of a guest.
struct change_access {
  user_id user{};
  caf::optional<callboard::role> role;
  caf::optional<bool> disabled;
  audit_source by;
  using result = changed_access;
};

} // namespace callboard

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/accounts.hpp"
#include "messages/queries.hpp"

namespace callboard::core {

/// How many log-ins may fail before what they were counted under is locked; 0: never.
struct guessing_rules {
  std::uint32_t most_of_account = 15; // from devices that are not known, together; of each known device
  std::uint32_t most_of_source = 100; // from one address, whatever accounts it tries
};

/// What a log-in shows before its password is looked at.
struct login_attempt {
  std::string login;                        // lower case
  std::string source;                       // the address, IPv6 by /64; may be unknown: empty
  const credentials* found = nullptr;       // of the account, if there is one
  std::optional<device_claims> device = {}; // of a device token that is ours and has not expired
};

/// Whether this device logged in to this very account before.
bool is_known_device(const login_attempt& attempt);

/// What an attempt is counted under (security.md 5). Attempts from elsewhere are counted by the account, and by their
/// source: guessing one account from many places locks that account, guessing many accounts from one place locks the
/// place. A device that is known to the account has a count of its own instead, so that nobody locks its owner out;
/// whoever stole it gets no more guesses than anybody.
std::vector<attempt_key> keys_of(const login_attempt& attempt, const guessing_rules& rules);

/// Whether a key is that of an account, not that of a source or a device.
bool is_of_account(std::string_view key);

/// The reasons for which a log-in fails, as the log and the metrics name them; outside they are all alike.
enum class refused_reason : std::uint8_t { none, unknown_user, disabled, wrong_password, locked };
std::string_view to_string(refused_reason reason);

/// What is hashed for an attempt: always one hash, of the cost of the account's own if it has one, verified or made up
/// (security.md 7).
struct hashing_plan {
  std::string hash;
  bool dummy = false;
  refused_reason refused = refused_reason::none; // whatever the password is
};
hashing_plan plan_hashing(const login_attempt& attempt, bool locked);

/// Whether an attempt that ended with this error certainly was not verified, and is given back.
bool was_not_verified(errc code);

} // namespace callboard::core

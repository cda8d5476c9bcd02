#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "messages/signing_keys.hpp"

namespace callboard::core {

/// What the keys of access tokens do at which time. A key is published first, so that every node and everybody who
/// reads the JWKS knows it when it begins to sign; it signs until the next one does, and stays good for as long as a
/// token that it signed may live. All of it follows from the records of the store and the time: a server, a command or
/// a node that ends at any moment leaves nothing half done.

/// How much longer a key is good than its tokens: above what clocks of nodes may differ, and what a node that looks at
/// the store every few seconds may sign after its time.
inline constexpr std::chrono::minutes key_margin{2};

/// When each of the keys begins to sign and ends, in the order given: that of `list_signing_keys`. The first signs
/// whatever the time is: another node made it, or made it the first, by a clock that may be ahead of the one that is
/// asked, and a node must never be without a key that signs. The last has no end.
std::vector<scheduled_key> schedule_keys(const std::vector<signing_key_record>& keys);

/// In the order in which a key goes through them.
enum class key_state {
  published, ///< will sign
  signing,
  verifying, ///< signs no more; its tokens are good
  ended,     ///< to be removed
};

/// "published", "signing", "verifying", "ended".
std::string_view to_string(key_state state);

/// The state of each key of a schedule.
std::vector<key_state> states_of(const std::vector<scheduled_key>& keys, timestamp now);

/// The keys of a schedule that are to be removed.
std::vector<std::string> ended_keys(const std::vector<scheduled_key>& keys, timestamp now);

/// Why no key can be added now: one sentence; nothing if it can.
std::optional<std::string> objection_to_rotation(const std::vector<scheduled_key>& keys, timestamp now);

/// Why a key cannot be retired before its time: one sentence; nothing if it can.
std::optional<std::string> objection_to_retiring(const std::vector<scheduled_key>& keys, const std::string& id,
                                                 timestamp now);

/// Whether a key does the same in both schedules.
bool is_same_schedule(const std::vector<scheduled_key>& left, const std::vector<scheduled_key>& right);

} // namespace callboard::core

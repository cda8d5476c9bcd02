#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <caf/error.hpp>

#include "messages/values.hpp"

namespace callboard {

struct done; // writes.hpp

/// The keys that sign access tokens: as the store keeps them, what is asked of it, and who uses them.

/// A key that signs access tokens, wrapped by the installation's secret. What it does at which time follows from these
/// facts alone (actors/core/key_schedule.hpp), so that all nodes agree.
struct signing_key_record {
  std::string id; // `kid`
  std::string algorithm;
  std::string wrapped;
  timestamp created_at;
  timestamp signs_from;                    // until the next one signs
  std::chrono::milliseconds token_life{0}; // the longest life that servers give tokens signed with it
  timestamp used_until;                    // the end of the last token signed otherwise: by an operator
};

/// Adds a key after the one that was the last to be added, and writes the audit entry: `crypt_key_rotated`, or
/// `crypt_key_created` for the first. It takes over the longest `token_life`. Errors: `conflict` if another key is the
/// last by now or the id is taken, `limit_exceeded` if there are `max_keys`.
struct add_signing_key {
  signing_key_record key;
  std::string after; // the id of the last; empty: there is none
  std::uint32_t max_keys = 12;
  std::string detail; // of the audit entry
  timestamp now;
  using result = done;
};

/// Removes a key: no token of it is accepted from then on. Writes the audit entry `crypt_key_retired`. Errors:
/// `not_found`; `conflict` for the key that signs at `now`.
struct retire_signing_key {
  std::string id;
  std::string detail; // of the audit entry
  timestamp now;
  using result = done;
};

/// Notes that a server gives tokens this life, with every key that signs at `now` or later; never lowers what is noted.
struct note_token_life {
  std::chrono::milliseconds life{0};
  timestamp now;
  using result = done;
};

/// Notes that a token signed with this key ends then; never lowers what is noted. Errors: `not_found`.
struct note_token_end {
  std::string key;
  timestamp until;
  using result = done;
};

/// A key of the store and what it does at which time.
struct scheduled_key {
  signing_key_record key;
  timestamp signs_from;                        // by the clock of whoever asks; the first of all keys: since ever
  timestamp verifies_until = timestamp::max(); // its tokens end before
};

/// Holds the keys with which a node signs and checks access tokens. Thread-safe.
class key_holder {
public:
  virtual ~key_holder() = default;
  /// Replaces the keys, and forgets which tokens were good. The error is one sentence; the keys then stay as they are.
  virtual caf::error replace_keys(const std::vector<scheduled_key>& keys) = 0;
};

} // namespace callboard

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/values.hpp"

namespace callboard {

struct done {};

// The operations of `write_op` that are about passwords and what proves an e-mail address.

/// Replaces a password whose owner showed the old one, and ends all sessions but `keep_session`, in one transaction
/// with its audit entry. Refusals: `conflict` if the password is no longer the one of `password_version`,
/// `unauthorized` if `keep_session` is not live.
struct change_password {
  user_id user{};
  std::uint32_t password_version = 0;
  std::string new_hash;
  session_id keep_session;
  std::string address;
  timestamp now;
  using result = std::vector<session_id>; // those that ended
};

/// What a token that was sent by mail is good for; nothing else.
enum class token_purpose : std::uint8_t { reset_password = 0, verify_email = 1 };

/// Keeps the hash of a token that is about to be mailed to `email`. Expired ones go. Refusals: `not_found` unless the
/// user has that address and is not disabled, `limit_exceeded` past `max_live` of one purpose.
struct keep_account_token {
  user_id user{};
  std::string email;
  token_purpose purpose = token_purpose::reset_password;
  std::string hash;
  timestamp now, expires_at;
  std::uint32_t max_live = 3;
  std::string address; // who asked for it
  using result = done;
};

/// Uses a token up, replaces the password and ends all sessions, in one transaction with its audit entry. Of several
/// that bring the same token one succeeds: the others are `invalid_token`, as for a token that is unknown or expired.
struct reset_password {
  user_id user{};
  std::string token_hash;
  std::string new_hash;
  std::string address;
  timestamp now;
  using result = std::vector<session_id>; // those that ended
};

/// Uses a token up and marks the user's address as verified, with an audit entry. Refusals: `invalid_token`.
struct verify_email {
  user_id user{};
  std::string token_hash;
  std::string address;
  timestamp now;
  using result = done;
};

} // namespace callboard

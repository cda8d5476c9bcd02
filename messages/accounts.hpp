#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include "messages/administration.hpp"
#include "messages/errors.hpp"
#include "messages/permissions.hpp"
#include "messages/secret_text.hpp"
#include "messages/trace.hpp"
#include "messages/values.hpp"
#include "messages/writes.hpp"

namespace callboard {

/// Where a request comes from: the address as security.md point 8 finds it, the device as the client names itself, the
/// languages it prefers (`Accept-Language`), and the trace that it is in.
struct client_origin {
  std::string address;
  std::string device;
  std::string languages;
  trace_context trace = {};
  bool is_trusted = false; // it came by way of a trusted proxy, whose word on sampling counts
};

/// What a verified access token says. Its session may have ended meanwhile.
struct token_claims {
  user_id user{};
  callboard::session_id session;
  callboard::role role = callboard::role::guest;
  timestamp expires_at;
};

/// A refresh token's parts (security.md points 9, 10).
struct refresh_parts {
  callboard::session_id session;
  std::uint32_t generation = 0;
  secret_text secret; // raw bytes
};

/// What a device token says: on this device somebody logged in to this account before (security.md 5). It proves no
/// more than that, and lets nobody in.
struct device_claims {
  user_id user{};
  uuid device;
  timestamp expires_at;
};

/// Signs and checks tokens. Thread-safe; calls take microseconds.
class token_service {
public:
  virtual ~token_service() = default;
  virtual std::string sign_access(const token_claims& claims, timestamp issued_at) const = 0;
  /// Errors: `token_expired`, otherwise `unauthorized`.
  virtual caf::expected<token_claims> verify_access(std::string_view token, timestamp now) const = 0;
  virtual uuid new_id() const = 0;
  virtual refresh_parts new_refresh(callboard::session_id session) const = 0;
  /// The one successor of a refresh token: a keyed hash of it, so that only hashes need be stored.
  virtual refresh_parts successor(const refresh_parts& parts) const = 0;
  virtual std::string hash_refresh(const refresh_parts& parts) const = 0;
  virtual std::string print_refresh(const refresh_parts& parts) const = 0;
  virtual caf::optional<refresh_parts> parse_refresh(std::string_view text) const = 0;
  /// A secret to be mailed (security.md point 4), printable.
  virtual std::string new_one_time_token() const = 0;
  /// What is stored of it, different for each purpose; empty if the text cannot be a token.
  virtual std::string hash_one_time_token(std::string_view text, token_purpose purpose) const = 0;
  virtual std::string sign_device(const device_claims& claims) const = 0;
  /// Nothing if it is not ours or has expired.
  virtual caf::optional<device_claims> verify_device(std::string_view token, timestamp now) const = 0;
};

/// Sessions that ended while their access tokens may still be valid. Thread-safe, consulted at every request.
class revocation_list {
public:
  virtual ~revocation_list() = default;
  virtual void revoke(callboard::session_id session, timestamp until) = 0;
  virtual bool is_revoked(const callboard::session_id& session) const = 0;
};

struct password_verdict {
  bool match = false;
  bool needs_upgrade = false;
};
/// Whose turn it is when hashing is scarce: sources take turns, and within one the names that are logged in to.
struct hashing_turn {
  std::string source = {};
  std::string name = {};
  /// What has not begun by then never does: `overloaded`.
  std::chrono::steady_clock::time_point begin_by = std::chrono::steady_clock::time_point::max();
};
struct hash_password {
  secret_text password;
  hashing_turn turn = {};
};
/// Verifies a password, or does the same work for nothing: with `dummy` a made-up hash of the cost of `hash` is
/// verified, with an empty hash one of the configured cost. Neither ever matches.
struct check_password {
  secret_text password;
  std::string hash;
  bool dummy = false;
  hashing_turn turn = {};
};
/// Password hashing in a bounded pool. `overloaded` says for certain that nothing was begun; after any other error it
/// may have been.
using hasher_actor = caf::typed_actor<caf::replies_to<hash_password>::with<std::string>,
                                      caf::replies_to<check_password>::with<password_verdict>>;

/// What failed attempts are counted under, and how many lock it; 0: never.
struct attempt_key {
  std::string key;
  std::uint32_t most = 0;
};
/// Takes one attempt before it is verified, of all keys or of none (security.md 5, 6).
struct reserve_attempt {
  std::vector<attempt_key> keys;
};
/// What became of an attempt that was to be taken.
enum class attempt_outcome : std::uint8_t {
  taken,   ///< to be settled
  locked,  ///< a key is locked
  all_out, ///< as many as may fail are under verification; in an answer: and none came back in time
};
struct attempt_verdict {
  attempt_outcome outcome = attempt_outcome::all_out;
  timestamp locked_until = {}; // of the key that is locked longest
  std::string locked_key = {};
};
/// Gives the attempt back (success), or keeps it counted (failure). The keys as they were reserved.
struct settle_attempt {
  std::vector<attempt_key> keys;
  bool success = false;
};
/// Takes one from a rate limit: `per_minute` come back a minute, as many are kept. False if none is left.
struct take_rate {
  std::string key;
  std::uint32_t per_minute = 0;
};
/// What a cache holds under a key, if anything. With nothing comes a lease: who has it may fill the key with what the
/// store says, unless the key was dropped meanwhile. An empty lease: nothing can be kept now.
struct cached_value {
  bool found = false;
  std::string bytes;
  std::string lease;
};
struct find_cached {
  std::string key;
};
/// Fills a key whose lease is still good; otherwise nothing happens.
struct keep_cached {
  std::string key;
  std::string lease;
  std::string bytes;
};
/// Forgets keys and takes back their leases; to be asked after the change and before it is answered. Always answered
/// with `done`: a cache that cannot be reached is told before it is read again.
struct drop_cached {
  std::vector<std::string> keys;
};

/// Counts attempts and rates, and keeps copies of what the store says. Bounded in everything; what is kept is forgotten
/// after a time. Where it is shared by nodes and cannot be reached, this node's own counts decide and nothing is found.
using cache_actor =
    caf::typed_actor<caf::replies_to<reserve_attempt>::with<attempt_verdict>, caf::reacts_to<settle_attempt>,
                     caf::replies_to<take_rate>::with<bool>, caf::replies_to<find_cached>::with<cached_value>,
                     caf::reacts_to<keep_cached>, caf::replies_to<drop_cached>::with<done>>;

/// Checks a password against the policy; a field error says what is wrong.
using password_policy =
    std::function<caf::optional<field_error>(std::string_view password, const std::vector<std::string>& context)>;

struct auth_register {
  std::string username, email;
  secret_text password;
  std::string full_name;
  client_origin origin;
};
struct auth_login {
  std::string login;
  secret_text password;
  bool cookie = false;
  client_origin origin;
  secret_text device_token = {}; // of an earlier log-in, if the client has one
};
struct auth_refresh {
  secret_text token;
  bool cookie = false;
  client_origin origin;
};
struct auth_guest {
  std::string name;
  client_origin origin;
  bool cookie = false;
};
struct auth_logout {
  principal who;
};
/// Ends own sessions: one, or with `others` all but the caller's.
struct auth_end_sessions {
  principal who;
  callboard::session_id session;
  bool others = false;
};
struct auth_delete_account {
  principal who;
  trace_context trace = {};
};
/// Another password for the caller, who shows the old one; all other sessions end. Refusals: `validation_failed` with
/// /current_password or /new_password, `too_many_requests` after too many wrong ones.
struct auth_change_password {
  principal who;
  secret_text current_password, new_password;
  client_origin origin;
};
/// Mails a link to whoever has that address. The answer never depends on whether somebody has.
struct auth_forgot_password {
  std::string email;
  client_origin origin;
};
/// Sets a password by the token of that link; all sessions end. Refusals: `invalid_token`, `validation_failed`.
struct auth_reset_password {
  secret_text token, new_password;
  client_origin origin;
};
/// Mails the caller a link that verifies the address. Refusals: `conflict` if it is verified, `not_available` if there
/// is none, `too_many_requests` if enough were mailed.
struct auth_send_verification {
  principal who;
  client_origin origin;
};
struct auth_verify_email {
  secret_text token;
  client_origin origin;
};
/// Changes the role of an account, or disables or enables it again; what is not set stays. Its sessions end with it.
struct auth_change_access {
  principal who;
  user_id user{};
  caf::optional<callboard::role> role;
  caf::optional<bool> disabled;
  client_origin origin;
};
/// A caller was refused for want of a right: for the audit log, at most one entry a user and second.
struct auth_refused {
  principal who;
  std::string what; // the route's pattern, or the command
  client_origin origin;
};
/// From verified claims to a caller: its session must be live.
struct auth_identify {
  token_claims claims;
};
struct issued_tokens {
  secret_text access_token;
  std::int64_t expires_in = 0; // seconds
  secret_text refresh_token;
  std::int64_t refresh_expires_in = 0; // seconds
  callboard::session_id session;
  user_view user;
  bool cookie = false;                // the refresh token belongs into the cookie, and the device token into its own
  secret_text device_token = {};      // after a log-in by password
  std::int64_t device_expires_in = 0; // seconds
};

/// Accounts and sessions. Stateless but for what is in flight: any number may run.
using auth_actor = caf::typed_actor<
    caf::replies_to<auth_register>::with<user_view>, caf::replies_to<auth_login>::with<issued_tokens>,
    caf::replies_to<auth_refresh>::with<issued_tokens>, caf::replies_to<auth_guest>::with<issued_tokens>,
    caf::replies_to<auth_logout>::with<done>, caf::replies_to<auth_end_sessions>::with<done>,
    caf::replies_to<auth_delete_account>::with<done>, caf::replies_to<auth_change_password>::with<done>,
    caf::replies_to<auth_forgot_password>::with<done>, caf::replies_to<auth_reset_password>::with<done>,
    caf::replies_to<auth_send_verification>::with<done>, caf::replies_to<auth_verify_email>::with<done>,
    caf::replies_to<auth_change_access>::with<account_view>, caf::reacts_to<auth_refused>,
    caf::replies_to<auth_identify>::with<principal>>;

} // namespace callboard

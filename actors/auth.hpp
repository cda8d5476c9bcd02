#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/core/guessing.hpp"
#include "actors/core/one_time_token.hpp"
#include "actors/core/rules.hpp"
#include "actors/core/spacing.hpp"
#include "messages/messages.hpp"
#include "messages/probe.hpp"

namespace callboard {

struct auth_config {
  core::limits limits;
  std::chrono::seconds access_life{15 * 60};
  std::chrono::seconds refresh_idle{30 * 24 * 3600};
  std::chrono::seconds refresh_absolute{90 * 24 * 3600};
  std::chrono::milliseconds refresh_grace{10'000}; // a predecessor gets the same successor for so long
  std::uint32_t max_sessions = 10;
  std::uint32_t longest_reuse_proof = 10'000; // generations that a replayed token may be behind
  std::chrono::milliseconds store_deadline{5'000};
  std::chrono::milliseconds write_deadline{90'000};
  std::chrono::milliseconds hash_patience{8'000};  // from a request to the beginning of its hash; past it: `overloaded`
  std::chrono::milliseconds hash_work{40'000};     // and then to its answer: above what the pool gives a worker
  std::chrono::milliseconds cache_deadline{8'000}; // above what an attempt may wait for its turn
  std::chrono::seconds device_life{180 * 24 * 3600}; // of what makes a device known, from its last log-in
  core::guessing_rules guessing;
  std::uint32_t logins_per_minute = 0;    // from one address; 0: no limit
  std::uint32_t registers_per_minute = 0; // likewise, guests included
  std::uint32_t passwords_per_minute = 0; // likewise: asking for mails, using the links in them
  core::one_time_rules one_time;
  std::size_t max_letters = 1'000;        // that are being written; past it: `overloaded`
  std::function<std::string()> link_base; // where the web client is, as "https://chat.example.com"
  std::function<timestamp()> wall_clock;
  password_policy policy;
  std::shared_ptr<node_probe> probe;
  tracer_ptr tracing;
};

struct auth_neighbours {
  log_writer_actor writer;
  store_actor store;
  hasher_actor hasher;
  cache_actor cache;
  placement_actor placement;
  notifier_actor notifier;
  std::shared_ptr<const token_service> tokens;
  std::shared_ptr<revocation_list> revocations;
};

/// `probe`, `wall_clock` and `link_base` are required.
/// Accounts and sessions: register, log in, refresh, log out, passwords. Holds nothing between requests, so that any
/// number may run. Every reason for which a log-in fails is answered alike, after the same work (security.md 7).
struct auth_state {
  explicit auth_state(auth_actor::stateful_pointer<auth_state> self);
  auth_actor::behavior_type make_behavior(auth_config config, auth_neighbours neighbours);

  using tokens_promise = caf::typed_response_promise<issued_tokens>;
  using done_promise = caf::typed_response_promise<done>;

  /// A log-in on its way.
  struct login_course {
    auth_login request;
    caf::optional<credentials> found;
    std::optional<device_claims> device;
    hashing_turn turn;
    std::vector<attempt_key> keys; // of which an attempt is taken
    timestamp locked_until;        // of the account, if it is locked
    tokens_promise promise;

    core::login_attempt attempt() const {
      return {request.login, request.origin.address, found ? &*found : nullptr, device};
    }
  };

  /// Goes on with `next` unless the address has asked too often.
  template <class Answer>
  void within_rate(const std::string& what, const client_origin& origin, std::uint32_t per_minute,
                   caf::typed_response_promise<Answer> promise, std::function<void()> next);

  caf::result<user_view> register_account(auth_register& request);
  void store_account(register_user account, const client_origin& origin, live_span span,
                     caf::typed_response_promise<user_view> promise);

  // auth_login.cpp
  caf::result<issued_tokens> log_in(auth_login& request);
  void find_account(std::shared_ptr<login_course> course);
  void reserve(std::shared_ptr<login_course> course);
  void verify(std::shared_ptr<login_course> course, bool locked);
  void let_in(const login_course& course, bool needs_upgrade);
  void refuse_login(const login_course& course, core::refused_reason reason);
  /// Tells the log; `user` is 0 if nobody has that name.
  void tell_refused(user_id user, std::string reason, const client_origin& origin, timestamp locked_until = {});
  caf::result<issued_tokens> make_guest(const auth_guest& request);
  /// Opens a session, if the password is still the one that was shown; a log-in by password passes the device on which
  /// it was made.
  void open(user_view user, std::uint32_t password_version, bool cookie, const client_origin& origin,
            std::optional<uuid> device, tokens_promise promise);
  /// Of a request for a hash, its waiting included.
  std::chrono::milliseconds hash_deadline() const { return config.hash_patience + config.hash_work; }
  /// Whose turn a request is, and by when its hash must begin.
  hashing_turn turn_of(const client_origin& origin, const std::string& name) const;

  // auth_refresh.cpp
  caf::result<issued_tokens> refresh(const auth_refresh& request);
  void renew(const refresh_parts& next, const rotation_outcome& outcome, tokens_promise promise);
  void judge_superseded(const refresh_parts& presented, const rotation_outcome& outcome, const client_origin& origin,
                        tokens_promise promise);
  caf::result<done> end(const principal& who, std::vector<session_id> sessions, bool all, std::string reason);
  /// Makes the end of sessions known: to the edge at once, to their connections.
  void announce_end(user_id user, const std::vector<session_id>& ended, const std::string& reason);
  caf::result<done> delete_account(const auth_delete_account& request);
  caf::result<principal> identify(const auth_identify& request);

  // auth_password.cpp
  caf::result<done> change_own_password(auth_change_password& request);
  void verify_current(const auth_change_password& request, const credentials& known, done_promise promise);
  void replace(const auth_change_password& request, const credentials& known, done_promise promise);
  void refuse_current(const auth_change_password& request, const std::string& reason, done_promise promise);
  caf::result<done> set_forgotten_password(auth_reset_password& request);
  void reset(const auth_reset_password& request, const std::string& token_hash, const user_view& user,
             done_promise promise);
  void refuse_token(const std::string& purpose, const client_origin& origin, done_promise promise);
  /// `validation_failed` with /new_password, or nothing.
  caf::error judge_new(const std::string& password, const user_view& user) const;
  void tell_changed(const user_view& user, const client_origin& origin);

  // auth_letters.cpp
  caf::result<done> send_reset(const auth_forgot_password& request);
  caf::result<done> send_verification(const auth_send_verification& request);
  caf::result<done> verify_address(const auth_verify_email& request);
  /// Keeps a token for the user's address and mails it; `finish` is told how the keeping went.
  void send_link(const user_view& user, token_purpose purpose, const client_origin& origin,
                 std::function<void(caf::error)> finish);

  // auth_admin.cpp
  caf::result<account_view> change_access_of(const auth_change_access& request);
  void note_refusal(const auth_refused& request);

  issued_tokens tokens_for(user_view user, const refresh_parts& refresh, bool cookie, timestamp now,
                           timestamp absolute_end) const;
  void audit(std::string type, user_id actor, user_id subject, std::vector<audit_field> fields,
             const client_origin& origin);
  timestamp now() const { return config.wall_clock(); }

  auth_actor::stateful_pointer<auth_state> self;
  auth_config config;
  auth_neighbours neighbours;
  std::size_t letters = 0; // being written for those who forgot their password
  core::spacing refusals{std::chrono::seconds{1}, 10'000};

  static inline const char* name = "auth";
};

template <class Answer>
void auth_state::within_rate(const std::string& what, const client_origin& origin, std::uint32_t per_minute,
                             caf::typed_response_promise<Answer> promise, std::function<void()> next) {
  if (per_minute == 0 || origin.address.empty())
    return next();
  self->request(neighbours.cache, config.cache_deadline, take_rate{what + ":" + origin.address, per_minute})
      .then(
          [promise, next](bool allowed) mutable {
            if (allowed)
              next();
            else
              promise.deliver(make_failure(errc::too_many_requests, "too many of these from your address"));
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
}

/// The refusal of a session's token when the session is over: with the reason in `errors[]`, if somebody ended it, so
/// that who was signed out learns why.
caf::error ended_session(errc code, const std::string& reason);

auth_actor::behavior_type auth(auth_actor::stateful_pointer<auth_state> self, auth_config config,
                               auth_neighbours neighbours);

} // namespace callboard

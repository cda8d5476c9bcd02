#include <utility>

#include "actors/auth.hpp"
#include "actors/core/account_letters.hpp"

// How a password becomes another one: its owner shows the old one, or a token that was mailed.

namespace callboard {

caf::result<done> auth_state::change_own_password(auth_change_password& request) {
  auto promise = self->make_response_promise<done>();
  self->request(neighbours.store, config.store_deadline, find_credentials{request.who.username})
      .then(
          [this, request = std::move(request), promise](const credentials& known) mutable {
            if (known.user.id != request.who.user)
              promise.deliver(make_failure(errc::unauthorized, "the session has ended"));
            else if (auto bad = judge_new(request.new_password.reveal(), known.user))
              promise.deliver(std::move(bad));
            else
              verify_current(request, known, promise);
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
  return promise;
}

// Counted like log-ins, so that a stolen session does not guess the password; but apart from them, so that guesses from
// outside do not keep its owner from changing it. The caller is known: a lock may be named.
void auth_state::verify_current(const auth_change_password& request, const credentials& known, done_promise promise) {
  std::vector<attempt_key> account;
  if (auto most = config.guessing.most_of_account; most > 0)
    account.push_back({"password:" + to_string(request.who.user), most});
  self->request(neighbours.cache, config.cache_deadline, reserve_attempt{account})
      .then(
          [this, request, known, account, promise](const attempt_verdict& verdict) {
            if (verdict.outcome == attempt_outcome::all_out) {
              auto answer = promise;
              answer.deliver(make_failure(errc::overloaded, "too many changes of this password at once"));
              return;
            }
            if (verdict.outcome == attempt_outcome::locked) {
              audit("authn_password_change_fail", request.who.user, request.who.user, {{"reason", "locked"}},
                    request.origin);
              auto answer = promise;
              answer.deliver(make_failure(errc::too_many_requests, "the password was wrong too often: wait"));
              return;
            }
            self->request(neighbours.hasher, hash_deadline(),
                          check_password{request.current_password, known.password_hash, false,
                                         turn_of(request.origin, request.who.username)})
                .then(
                    [this, request, known, account, promise](const password_verdict& judged) {
                      bool match = judged.match && !known.password_hash.empty();
                      self->send(neighbours.cache, settle_attempt{account, match});
                      if (match)
                        replace(request, known, promise);
                      else
                        refuse_current(request, "wrong_password", promise);
                    },
                    [this, account, promise](caf::error& reason) {
                      self->send(neighbours.cache, settle_attempt{account, core::was_not_verified(code_of(reason))});
                      auto answer = promise;
                      answer.deliver(std::move(reason));
                    });
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
}

void auth_state::refuse_current(const auth_change_password& request, const std::string& reason, done_promise promise) {
  audit("authn_password_change_fail", request.who.user, request.who.user, {{"reason", reason}}, request.origin);
  core::validation check;
  check.refuse("/current_password", "wrong", "is not your password");
  promise.deliver(check.failure());
}

void auth_state::replace(const auth_change_password& request, const credentials& known, done_promise promise) {
  auto fail = [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); };
  self->request(neighbours.hasher, hash_deadline(),
                hash_password{request.new_password, turn_of(request.origin, request.who.username)})
      .then(
          [this, request, known, fail, promise](std::string& hash) {
            change_password operation{request.who.user,    known.password_version, std::move(hash),
                                      request.who.session, request.origin.address, now()};
            self->request(neighbours.writer, config.write_deadline, std::move(operation))
                .then(
                    [this, request, user = known.user, promise](const std::vector<session_id>& ended) mutable {
                      announce_end(user.id, ended, "password_changed");
                      promise.deliver(done{});
                      tell_changed(user, request.origin);
                    },
                    fail);
          },
          fail);
}

// The token is looked up before anything is hashed, so that made-up ones cost little; it is used up only together with
// the change.
caf::result<done> auth_state::set_forgotten_password(auth_reset_password& request) {
  auto promise = self->make_response_promise<done>();
  auto origin = request.origin;
  within_rate("password", origin, config.passwords_per_minute, promise, [this, promise, request = std::move(request)] {
    auto hash = neighbours.tokens->hash_one_time_token(request.token.reveal(), token_purpose::reset_password);
    if (hash.empty())
      return refuse_token("reset_password", request.origin, promise);
    self->request(neighbours.store, config.store_deadline,
                  find_account_token{hash, token_purpose::reset_password, now()})
        .then(
            [this, request, hash, promise](const user_view& user) {
              auto answer = promise;
              if (auto bad = judge_new(request.new_password.reveal(), user))
                answer.deliver(std::move(bad));
              else
                reset(request, hash, user, promise);
            },
            [this, request, promise](caf::error& reason) {
              auto answer = promise;
              if (code_of(reason) == errc::not_found)
                refuse_token("reset_password", request.origin, promise);
              else
                answer.deliver(std::move(reason));
            });
  });
  return promise;
}

void auth_state::reset(const auth_reset_password& request, const std::string& token_hash, const user_view& user,
                       done_promise promise) {
  auto fail = [this, origin = request.origin, promise](caf::error& reason) {
    auto answer = promise;
    if (code_of(reason) == errc::invalid_token)
      refuse_token("reset_password", origin, promise);
    else
      answer.deliver(std::move(reason));
  };
  self->request(neighbours.hasher, hash_deadline(),
                hash_password{request.new_password, turn_of(request.origin, user.username)})
      .then(
          [this, origin = request.origin, token_hash, user, fail, promise](std::string& hash) {
            self->request(neighbours.writer, config.write_deadline,
                          reset_password{user.id, token_hash, std::move(hash), origin.address, now()})
                .then(
                    [this, origin, user, promise](const std::vector<session_id>& ended) mutable {
                      announce_end(user.id, ended, "password_changed");
                      promise.deliver(done{});
                      tell_changed(user, origin);
                    },
                    fail);
          },
          fail);
}

void auth_state::refuse_token(const std::string& purpose, const client_origin& origin, done_promise promise) {
  audit("authn_password_change_fail", {}, {}, {{"reason", "invalid_token"}, {"purpose", purpose}}, origin);
  promise.deliver(make_failure(errc::invalid_token, "the link was used, has expired or was never valid"));
}

caf::error auth_state::judge_new(const std::string& password, const user_view& user) const {
  core::validation check;
  if (auto bad = config.policy(password, {user.username, user.email, user.full_name}))
    check.refuse("/new_password", bad->code, bad->detail);
  return check.ok() ? caf::error{} : check.failure();
}

// Who did not change it shall know.
void auth_state::tell_changed(const user_view& user, const client_origin& origin) {
  if (user.email.empty())
    return;
  auto language = core::choose_language(user.locale, origin.languages);
  auto letter = core::write_changed_letter(language, user.username, config.link_base() + "/#/forgot");
  self->request(neighbours.notifier, config.write_deadline,
                notify_by_mail{user.id, std::move(letter.subject), std::move(letter.body), user.email})
      .then([](done) {}, [](caf::error&) {}); // the notifier has told the log
}

} // namespace callboard

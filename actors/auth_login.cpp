#include <utility>

#include "actors/auth.hpp"

// From a name and a password, or from nothing, to a session.

namespace callboard {

caf::result<issued_tokens> auth_state::log_in(auth_login& request) {
  auto promise = self->make_response_promise<issued_tokens>();
  request.login = core::to_lower(request.login);
  // Longer than any name or address: nobody has it, and it need not be kept to count the attempt.
  if (request.login.size() > config.limits.email_bytes)
    request.login.resize(config.limits.email_bytes + 1);
  auto origin = request.origin;
  within_rate("login", origin, config.logins_per_minute, promise,
              [this, promise, request = std::move(request)] { check(request, promise); });
  return promise;
}

void auth_state::check(auth_login request, tokens_promise promise) {
  self->request(neighbours.store, config.store_deadline, find_credentials{request.login})
      .then([this, request, promise](credentials& found) { reserve(request, std::move(found), promise); },
            [this, request, promise](caf::error& reason) mutable {
              if (code_of(reason) == errc::not_found)
                reserve(std::move(request), std::move(reason), promise);
              else
                promise.deliver(std::move(reason));
            });
}

// The attempt is taken before anything is verified, so that parallel guesses cannot outrun the count; by the account,
// whatever it was called by.
void auth_state::reserve(auth_login request, caf::expected<credentials> found, tokens_promise promise) {
  auto account = found ? "user:" + to_string(found->user.id) : "login:" + request.login;
  self->request(neighbours.cache, config.cache_deadline, reserve_attempt{account})
      .then(
          [this, promise, account, found = std::move(found),
           request = std::move(request)](const attempt_verdict& verdict) mutable {
            if (verdict.allowed)
              return judge(std::move(request), account, std::move(found), promise);
            // Locked: the same work and the same answer as for a wrong password.
            auto password = request.password;
            auto user = found ? found->user.id : user_id{};
            auto until = verdict.locked_until;
            self->request(neighbours.hasher, config.hash_deadline, check_password{std::move(password), {}})
                .then(
                    [this, request = std::move(request), user, until, promise](const password_verdict&) {
                      config.probe->logins_locked.add();
                      tell_refused(user, "locked", request.origin, until);
                      auto answer = promise;
                      answer.deliver(make_failure(errc::invalid_credentials));
                    },
                    [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
}

void auth_state::judge(auth_login request, std::string account, caf::expected<credentials> found,
                       tokens_promise promise) {
  auto hash = found && !found->disabled ? found->password_hash : std::string{};
  bool real = !hash.empty();
  self->request(neighbours.hasher, config.hash_deadline, check_password{request.password, hash})
      .then(
          [this, request, account, found, real, promise](const password_verdict& verdict) {
            if (!real || !verdict.match)
              return refuse_login(request, account, found ? found->user.id : user_id{},
                                  !found            ? "unknown_user"
                                  : found->disabled ? "disabled"
                                                    : "wrong_password",
                                  promise);
            self->send(neighbours.cache, settle_attempt{account, true});
            config.probe->logins_ok.add();
            if (verdict.needs_upgrade)
              self->request(neighbours.hasher, config.hash_deadline, hash_password{request.password})
                  .then(
                      [this, user = found->user.id, old_hash = found->password_hash](std::string& better) {
                        self->request(neighbours.writer, config.write_deadline,
                                      upgrade_password_hash{user, old_hash, std::move(better)})
                            .then([](done) {}, [](caf::error&) {}); // the next log-in tries again
                      },
                      [](caf::error&) {});
            audit("authn_login_success", found->user.id, found->user.id, {}, request.origin);
            open(found->user, found->password_version, request.cookie, request.origin, promise);
          },
          [this, account, promise](caf::error& reason) {
            self->send(neighbours.cache, settle_attempt{account, true}); // not verified
            config.probe->logins_overloaded.add();
            auto answer = promise;
            answer.deliver(std::move(reason));
          });
}

void auth_state::refuse_login(const auth_login& request, const std::string& account, user_id user,
                              const std::string& reason, tokens_promise promise) {
  self->send(neighbours.cache, settle_attempt{account, false});
  (reason == "disabled" ? config.probe->logins_disabled : config.probe->logins_bad_credentials).add();
  // What was typed is not kept: where nobody has that name it may be a password.
  audit("authn_login_fail", {}, user, {{"reason", reason}}, request.origin);
  tell_refused(user, reason, request.origin);
  promise.deliver(make_failure(errc::invalid_credentials));
}

void auth_state::tell_refused(user_id user, std::string reason, const client_origin& origin, timestamp locked_until) {
  self->request(neighbours.writer, config.write_deadline,
                tell_refused_login{user, std::move(reason), locked_until, origin.address})
      .then([](done) {}, [](caf::error&) {}); // the refusal does not wait for it
}

caf::result<issued_tokens> auth_state::make_guest(const auth_guest& request) {
  core::validation check;
  check.check_text("/name", request.name, 0, config.limits.full_name_length);
  if (!check.ok())
    return check.failure();
  // The name of a guest is made from random bits: nobody chooses it, so that nobody is taken for somebody else.
  auto id = to_string(neighbours.tokens->new_id());
  register_user account;
  account.username = "guest-" + id.substr(24);
  account.full_name = request.name;
  account.role = role::guest;
  auto promise = self->make_response_promise<issued_tokens>();
  within_rate("register", request.origin, config.registers_per_minute, promise,
              [this, promise, account = std::move(account), cookie = request.cookie, origin = request.origin] {
                self->request(neighbours.writer, config.write_deadline, account)
                    .then([this, promise, cookie,
                           origin](user_view& user) { open(std::move(user), 0, cookie, origin, promise); },
                          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
              });
  return promise;
}

void auth_state::open(user_view user, std::uint32_t password_version, bool cookie, const client_origin& origin,
                      tokens_promise promise) {
  auto begun = now();
  auto refresh = neighbours.tokens->new_refresh(neighbours.tokens->new_id());
  open_session operation;
  operation.session = refresh.session;
  operation.user = user.id;
  operation.refresh_hash = neighbours.tokens->hash_refresh(refresh);
  operation.cookie = cookie;
  operation.device = origin.device;
  operation.address = origin.address;
  operation.now = begun;
  operation.idle_expires_at = begun + config.refresh_idle;
  operation.absolute_expires_at = begun + config.refresh_absolute;
  operation.max_sessions = config.max_sessions;
  operation.password_version = password_version;
  auto end = operation.absolute_expires_at;
  self->request(neighbours.writer, config.write_deadline, std::move(operation))
      .then(
          [this, user = std::move(user), refresh, cookie, begun, end, origin,
           promise](const std::vector<session_id>& evicted) mutable {
            if (!evicted.empty()) {
              announce_end(user.id, evicted, "evicted");
              audit("excess_sessions_exceeded", user.id, user.id, {{"evicted", std::to_string(evicted.size())}},
                    origin);
            }
            promise.deliver(tokens_for(std::move(user), refresh, cookie, begun, end));
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
}

} // namespace callboard

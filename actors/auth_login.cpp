#include <utility>

#include "actors/auth.hpp"

// From a name and a password, or from nothing, to a session.

namespace callboard {

caf::result<issued_tokens> auth_state::log_in(auth_login& request) {
  auto course = std::make_shared<login_course>();
  course->promise = self->make_response_promise<issued_tokens>();
  course->request = std::move(request);
  auto& login = course->request.login;
  login = core::to_lower(login);
  // Longer than any name or address: nobody has it, and it need not be kept to count the attempt.
  if (login.size() > config.limits.email_bytes)
    login.resize(config.limits.email_bytes + 1);
  course->turn = turn_of(course->request.origin, login);
  if (auto claims = neighbours.tokens->verify_device(course->request.device_token.reveal(), now()))
    course->device = *claims;
  within_rate("login", course->request.origin, config.logins_per_minute, course->promise,
              [this, course] { find_account(course); });
  return course->promise;
}

hashing_turn auth_state::turn_of(const client_origin& origin, const std::string& name_of_turn) const {
  return {origin.address, name_of_turn, self->clock().now() + config.hash_patience};
}

void auth_state::find_account(std::shared_ptr<login_course> course) {
  self->request(neighbours.store, config.store_deadline, find_credentials{course->request.login})
      .then(
          [this, course](credentials& found) {
            course->found = std::move(found);
            reserve(course);
          },
          [this, course](caf::error& reason) {
            if (code_of(reason) == errc::not_found)
              reserve(course);
            else
              course->promise.deliver(std::move(reason));
          });
}

// The attempt is taken before anything is verified, so that parallel guesses cannot outrun the count.
void auth_state::reserve(std::shared_ptr<login_course> course) {
  course->keys = core::keys_of(course->attempt(), config.guessing);
  if (course->keys.empty())
    return verify(course, false);
  self->request(neighbours.cache, config.cache_deadline, reserve_attempt{course->keys})
      .then(
          [this, course](const attempt_verdict& verdict) {
            if (verdict.outcome == attempt_outcome::all_out) {
              config.probe->logins_overloaded.add();
              course->promise.deliver(make_failure(errc::overloaded, "too many log-ins at once"));
              return;
            }
            bool locked = verdict.outcome == attempt_outcome::locked;
            if (locked && core::is_of_account(verdict.locked_key))
              course->locked_until = verdict.locked_until;
            verify(course, locked);
          },
          [course](caf::error& reason) { course->promise.deliver(std::move(reason)); });
}

// Whatever the outcome will be, there is one hash, of the cost of the account's own.
void auth_state::verify(std::shared_ptr<login_course> course, bool locked) {
  auto plan = core::plan_hashing(course->attempt(), locked);
  auto settle = [this, course, locked](bool success) {
    if (!locked && !course->keys.empty())
      self->send(neighbours.cache, settle_attempt{course->keys, success});
  };
  self->request(neighbours.hasher, hash_deadline(),
                check_password{course->request.password, std::move(plan.hash), plan.dummy, course->turn})
      .then(
          [this, course, settle, refused = plan.refused](const password_verdict& verdict) {
            bool success = refused == core::refused_reason::none && verdict.match;
            settle(success);
            if (success)
              let_in(*course, verdict.needs_upgrade);
            else
              refuse_login(*course,
                           refused == core::refused_reason::none ? core::refused_reason::wrong_password : refused);
          },
          [this, course, settle](caf::error& reason) {
            settle(core::was_not_verified(code_of(reason)));
            config.probe->logins_overloaded.add();
            course->promise.deliver(std::move(reason));
          });
}

void auth_state::let_in(const login_course& course, bool needs_upgrade) {
  auto& user = course.found->user;
  if (needs_upgrade)
    self->request(neighbours.hasher, hash_deadline(),
                  hash_password{course.request.password, turn_of(course.request.origin, course.request.login)})
        .then(
            [this, id = user.id, old_hash = course.found->password_hash](std::string& better) {
              self->request(neighbours.writer, config.write_deadline,
                            upgrade_password_hash{id, old_hash, std::move(better)})
                  .then([](done) {}, [](caf::error&) {}); // the next log-in tries again
            },
            [](caf::error&) {});
  auto device = core::is_known_device(course.attempt()) ? course.device->device : neighbours.tokens->new_id();
  open(user, course.found->password_version, course.request.cookie, course.request.origin, device, course.promise);
}

void auth_state::refuse_login(const login_course& course, core::refused_reason reason) {
  using core::refused_reason;
  auto& probe = *config.probe;
  (reason == refused_reason::locked     ? probe.logins_locked
   : reason == refused_reason::disabled ? probe.logins_disabled
                                        : probe.logins_bad_credentials)
      .add();
  auto text = std::string{core::to_string(reason)};
  auto user = course.found ? course.found->user.id : user_id{};
  // What was typed is not kept: where nobody has that name it may be a password. Of a lock the store tells once.
  if (reason != refused_reason::locked)
    audit("authn_login_fail", {}, user, {{"reason", text}}, course.request.origin);
  tell_refused(user, std::move(text), course.request.origin, course.locked_until);
  auto answer = course.promise;
  answer.deliver(make_failure(errc::invalid_credentials));
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
  account.trace = request.origin.trace;
  auto promise = self->make_response_promise<issued_tokens>();
  within_rate("register", request.origin, config.registers_per_minute, promise,
              [this, promise, account = std::move(account), cookie = request.cookie, origin = request.origin] {
                self->request(neighbours.writer, config.write_deadline, account)
                    .then([this, promise, cookie,
                           origin](user_view& user) { open(std::move(user), 0, cookie, origin, {}, promise); },
                          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
              });
  return promise;
}

void auth_state::open(user_view user, std::uint32_t password_version, bool cookie, const client_origin& origin,
                      std::optional<uuid> device, tokens_promise promise) {
  auto begun = now();
  auto refresh = neighbours.tokens->new_refresh(neighbours.tokens->new_id());
  open_session operation;
  operation.session = refresh.session;
  operation.user = user.id;
  operation.password_version = password_version;
  operation.refresh_hash = neighbours.tokens->hash_refresh(refresh);
  operation.cookie = cookie;
  operation.device = origin.device;
  operation.address = origin.address;
  operation.now = begun;
  operation.idle_expires_at = begun + config.refresh_idle;
  operation.absolute_expires_at = begun + config.refresh_absolute;
  operation.max_sessions = config.max_sessions;
  operation.trace = origin.trace;
  auto end = operation.absolute_expires_at;
  self->request(neighbours.writer, config.write_deadline, std::move(operation))
      .then(
          [this, user = std::move(user), refresh, cookie, begun, end, origin, device,
           promise](const std::vector<session_id>& evicted) mutable {
            if (!evicted.empty()) {
              announce_end(user.id, evicted, "evicted");
              audit("excess_sessions_exceeded", user.id, user.id, {{"evicted", std::to_string(evicted.size())}},
                    origin);
            }
            auto id = user.id;
            if (device) { // by a password
              config.probe->logins_ok.add();
              audit("authn_login_success", id, id, {}, origin);
            }
            auto issued = tokens_for(std::move(user), refresh, cookie, begun, end);
            if (device) {
              issued.device_token = neighbours.tokens->sign_device({id, *device, begun + config.device_life});
              issued.device_expires_in = config.device_life.count();
            }
            promise.deliver(std::move(issued));
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
}

} // namespace callboard

#include "actors/auth.hpp"

#include <algorithm>
#include <utility>

#include "actors/mailbox_depth.hpp"
#include "actors/spans.hpp"

namespace callboard {

auth_state::auth_state(auth_actor::stateful_pointer<auth_state> pointer) : self(pointer) {}

auth_actor::behavior_type auth_state::make_behavior(auth_config settings, auth_neighbours around) {
  config = std::move(settings);
  neighbours = std::move(around);
  return {
      [this](auth_register& request) { return register_account(request); },
      [this](auth_login& request) {
        note_depth(self, config.probe, mailbox_kind::auth);
        return log_in(request);
      },
      [this](const auth_refresh& request) {
        note_depth(self, config.probe, mailbox_kind::auth);
        return refresh(request);
      },
      [this](const auth_guest& request) { return make_guest(request); },
      [this](const auth_logout& request) { return end(request.who, {request.who.session}, false, "logout"); },
      [this](const auth_end_sessions& request) {
        return request.others ? end(request.who, {request.who.session}, true, "revoked")
                              : end(request.who, {request.session}, false, "revoked");
      },
      [this](const auth_delete_account& request) { return delete_account(request); },
      [this](auth_change_password& request) { return change_own_password(request); },
      [this](const auth_forgot_password& request) { return send_reset(request); },
      [this](auth_reset_password& request) { return set_forgotten_password(request); },
      [this](const auth_send_verification& request) { return send_verification(request); },
      [this](const auth_verify_email& request) { return verify_address(request); },
      [this](const auth_change_access& request) { return change_access_of(request); },
      [this](const auth_refused& request) { note_refusal(request); },
      [this](const auth_identify& request) { return identify(request); },
  };
}

caf::result<user_view> auth_state::register_account(auth_register& request) {
  auto username = core::to_lower(request.username);
  auto email = core::to_lower(request.email);
  core::validation check;
  check.check_username("/username", username, config.limits);
  check.check_email("/email", email, config.limits);
  check.check_text("/full_name", request.full_name, 0, config.limits.full_name_length);
  if (auto bad = config.policy(request.password.reveal(), {username, email, request.full_name}))
    check.refuse("/password", bad->code, bad->detail);
  if (!check.ok()) {
    config.probe->registers_invalid.add();
    return check.failure();
  }
  auto promise = self->make_response_promise<user_view>();
  auto span = begin_span(config.tracing, request.origin.trace, span_kind::internal, "auth register");
  request.origin.trace = span.context();
  auto origin = request.origin;
  auto hash_and_store = [this, promise, span, username, email, request = std::move(request)] {
    self->request(neighbours.hasher, hash_deadline(),
                  hash_password{request.password, turn_of(request.origin, username)})
        .then(
            [this, promise, span, username, email, full_name = request.full_name,
             origin = request.origin](std::string& hash) {
              store_account({username, email, full_name, std::move(hash), role::user, origin.trace}, origin, span,
                            promise);
            },
            [this, promise, span](caf::error& reason) mutable {
              config.probe->registers_failed.add();
              end_failed(span, reason);
              promise.deliver(std::move(reason));
            });
  };
  within_rate("register", origin, config.registers_per_minute, promise, std::move(hash_and_store));
  return promise;
}

void auth_state::store_account(register_user account, const client_origin& origin, live_span span,
                               caf::typed_response_promise<user_view> promise) {
  self->request(neighbours.writer, config.write_deadline, std::move(account))
      .then(
          [this, origin, span, promise](user_view& user) mutable {
            config.probe->registers_ok.add();
            span.end();
            promise.deliver(user);
            // The account is there; whoever gets no letter asks for another.
            send_link(user, token_purpose::verify_email, origin, [](const caf::error&) {});
          },
          [this, span, promise](caf::error& reason) mutable {
            end_failed(span, reason);
            (code_of(reason) == errc::conflict ? config.probe->registers_conflict : config.probe->registers_failed)
                .add();
            promise.deliver(std::move(reason));
          });
}

caf::result<principal> auth_state::identify(const auth_identify& request) {
  auto promise = self->make_response_promise<principal>();
  auto& claims = request.claims;
  self->request(neighbours.store, config.store_deadline, get_session{claims.session, now()})
      .then(
          [promise, claims](session_record& found) mutable {
            if (!found.live || found.user.id != claims.user) {
              promise.deliver(ended_session(errc::unauthorized, found.ended_reason));
              return;
            }
            promise.deliver(principal{found.user.id, claims.session, found.user.role, std::move(found.user.username),
                                      claims.expires_at});
          },
          [promise](caf::error& reason) mutable {
            if (code_of(reason) == errc::not_found)
              promise.deliver(make_failure(errc::unauthorized, "the session has ended"));
            else
              promise.deliver(std::move(reason));
          });
  return promise;
}

caf::result<done> auth_state::delete_account(const auth_delete_account& request) {
  auto promise = self->make_response_promise<done>();
  self->request(neighbours.writer, config.write_deadline, delete_user{request.who.user, request.trace})
      .then(
          [this, promise, user = request.who.user](const deleted_user& gone) mutable {
            announce_end(user, gone.sessions, "deleted");
            for (auto room : gone.rooms)
              self->send(neighbours.placement, room_refresh{room});
            for (auto room : gone.deleted_rooms)
              self->send(neighbours.placement, room_refresh{room});
            self->send(neighbours.placement, reminders_forget{user, gone.reminders});
            promise.deliver(done{});
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
  return promise;
}

issued_tokens auth_state::tokens_for(user_view user, const refresh_parts& refresh, bool cookie, timestamp now_at,
                                     timestamp absolute_end) const {
  issued_tokens issued;
  // No access token outlives its session.
  auto end = std::min({now_at + config.access_life, now_at + config.refresh_idle, absolute_end});
  token_claims claims{user.id, refresh.session, user.role, end};
  issued.access_token = neighbours.tokens->sign_access(claims, now_at);
  issued.expires_in = std::chrono::duration_cast<std::chrono::seconds>(end - now_at).count();
  issued.refresh_token = neighbours.tokens->print_refresh(refresh);
  auto left = std::chrono::duration_cast<std::chrono::seconds>(absolute_end - now_at);
  issued.refresh_expires_in = std::min(config.refresh_idle, left).count();
  issued.session = refresh.session;
  issued.user = std::move(user);
  issued.cookie = cookie;
  return issued;
}

void auth_state::audit(std::string type, user_id actor, user_id subject, std::vector<audit_field> fields,
                       const client_origin& origin) {
  self->request(neighbours.writer, config.write_deadline,
                write_audit{std::move(type), actor, subject, std::move(fields), origin.address, now()})
      .then([](done) {}, [](caf::error&) {}); // the request it tells of is not refused for it
}

auth_actor::behavior_type auth(auth_actor::stateful_pointer<auth_state> self, auth_config config,
                               auth_neighbours neighbours) {
  return self->state.make_behavior(std::move(config), std::move(neighbours));
}

} // namespace callboard

#include <utility>

#include "actors/auth.hpp"
#include "actors/core/account_letters.hpp"

// Links that are mailed, and the one that verifies the address.

namespace callboard {

// Answered before it is looked up whether somebody has that address: the answer cannot depend on it, nor can its time.
caf::result<done> auth_state::send_reset(const auth_forgot_password& request) {
  auto email = core::to_lower(request.email);
  core::validation check;
  check.check_email("/email", email, config.limits);
  if (!check.ok())
    return check.failure();
  auto promise = self->make_response_promise<done>();
  within_rate("password", request.origin, config.passwords_per_minute, promise,
              [this, email, origin = request.origin, promise]() mutable {
                if (letters >= config.max_letters) {
                  promise.deliver(make_failure(errc::overloaded, "too many letters are being written"));
                  return;
                }
                ++letters;
                promise.deliver(done{});
                auto finish = [this](const caf::error&) { --letters; };
                self->request(neighbours.store, config.store_deadline, find_credentials{email})
                    .then(
                        [this, email, origin, finish](const credentials& found) {
                          if (found.disabled || found.user.email != email)
                            finish({});
                          else
                            send_link(found.user, token_purpose::reset_password, origin, finish);
                        },
                        [finish](caf::error& reason) { finish(reason); });
              });
  return promise;
}

caf::result<done> auth_state::send_verification(const auth_send_verification& request) {
  auto promise = self->make_response_promise<done>();
  auto ask = [this, promise, request]() mutable {
    self->request(neighbours.store, config.store_deadline, get_user{request.who.user})
        .then(
            [this, origin = request.origin, promise](const user_view& user) mutable {
              if (user.email.empty()) {
                promise.deliver(make_failure(errc::not_available, "there is no address to verify"));
                return;
              }
              if (user.email_verified) {
                promise.deliver(make_failure(errc::conflict, "the address is verified"));
                return;
              }
              send_link(user, token_purpose::verify_email, origin, [promise](caf::error reason) mutable {
                if (!reason)
                  promise.deliver(done{});
                else if (code_of(reason) == errc::limit_exceeded)
                  promise.deliver(make_failure(errc::too_many_requests, context_of(reason).detail));
                else
                  promise.deliver(std::move(reason));
              });
            },
            [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
  };
  within_rate("password", request.origin, config.passwords_per_minute, promise, std::move(ask));
  return promise;
}

caf::result<done> auth_state::verify_address(const auth_verify_email& request) {
  auto promise = self->make_response_promise<done>();
  auto verify = [this, promise, token = request.token, origin = request.origin]() {
    auto fail = [promise](caf::error& reason) mutable {
      bool unknown = code_of(reason) == errc::not_found || code_of(reason) == errc::invalid_token;
      promise.deliver(unknown ? make_failure(errc::invalid_token, "the link was used, has expired or was never valid")
                              : std::move(reason));
    };
    auto hash = neighbours.tokens->hash_one_time_token(token.reveal(), token_purpose::verify_email);
    if (hash.empty()) {
      auto reason = make_failure(errc::invalid_token);
      return fail(reason);
    }
    self->request(neighbours.store, config.store_deadline, find_account_token{hash, token_purpose::verify_email, now()})
        .then(
            [this, hash, origin, fail, promise](const user_view& user) {
              self->request(neighbours.writer, config.write_deadline,
                            verify_email{user.id, hash, origin.address, now()})
                  .then([promise](done) mutable { promise.deliver(done{}); }, fail);
            },
            fail);
  };
  within_rate("password", request.origin, config.passwords_per_minute, promise, std::move(verify));
  return promise;
}

void auth_state::send_link(const user_view& user, token_purpose purpose, const client_origin& origin,
                           std::function<void(caf::error)> finish) {
  auto token = neighbours.tokens->new_one_time_token();
  auto life = core::life_of(purpose, config.one_time);
  auto language = core::choose_language(user.locale, origin.languages);
  auto letter = core::write_link_letter(purpose, language, user.username,
                                        core::link_of(config.link_base(), purpose, token), life);
  keep_account_token operation;
  operation.user = user.id;
  operation.email = user.email;
  operation.purpose = purpose;
  operation.hash = neighbours.tokens->hash_one_time_token(token, purpose);
  operation.now = now();
  operation.expires_at = operation.now + life;
  operation.max_live = config.one_time.max_live;
  operation.address = origin.address;
  notify_by_mail mail{user.id, std::move(letter.subject), std::move(letter.body), user.email};
  self->request(neighbours.writer, config.write_deadline, std::move(operation))
      .then(
          [this, mail = std::move(mail), finish](done) {
            finish({});
            self->request(neighbours.notifier, config.write_deadline, mail)
                .then([](done) {}, [](caf::error&) {}); // the notifier has told the log
          },
          [finish](caf::error& reason) { finish(std::move(reason)); });
}

} // namespace callboard

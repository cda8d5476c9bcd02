#include <utility>

#include "actors/auth.hpp"

// How sessions go on, and how they end.

namespace callboard {

caf::result<issued_tokens> auth_state::refresh(const auth_refresh& request) {
  auto presented = neighbours.tokens->parse_refresh(request.token.reveal());
  if (!presented) {
    config.probe->refreshes_invalid.add();
    return make_failure(errc::invalid_refresh_token);
  }
  auto next = neighbours.tokens->successor(*presented);
  rotate_refresh operation;
  operation.session = presented->session;
  operation.generation = presented->generation;
  operation.presented_hash = neighbours.tokens->hash_refresh(*presented);
  operation.successor_hash = neighbours.tokens->hash_refresh(next);
  operation.cookie = request.cookie;
  operation.now = now();
  operation.idle_expires_at = operation.now + config.refresh_idle;
  operation.grace = config.refresh_grace;
  auto promise = self->make_response_promise<issued_tokens>();
  self->request(neighbours.writer, config.write_deadline, std::move(operation))
      .then(
          [this, presented = *presented, next, origin = request.origin, promise](const rotation_outcome& outcome) {
            auto answer = promise;
            switch (outcome.kind) {
            case rotation::rotated:
            case rotation::repeated:
              return renew(next, outcome, promise);
            case rotation::superseded:
              return judge_superseded(presented, outcome, origin, promise);
            case rotation::ended:
              config.probe->refreshes_invalid.add();
              answer.deliver(ended_session(errc::invalid_refresh_token, outcome.ended_reason));
            }
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
  return promise;
}

// By the session, not by a profile: the token names a role, and a copy of a profile may be older than a change of it.
void auth_state::renew(const refresh_parts& next, const rotation_outcome& outcome, tokens_promise promise) {
  self->request(neighbours.store, config.store_deadline, get_session{next.session, now()})
      .then(
          [this, next, outcome, promise](session_record& found) mutable {
            config.probe->refreshes_ok.add();
            promise.deliver(
                tokens_for(std::move(found.user), next, outcome.cookie, now(), outcome.absolute_expires_at));
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
}

// Only somebody who held the genuine token can present one from which the current one follows: then it was copied, and
// the whole session ends. A made-up token ends nobody's session.
void auth_state::judge_superseded(const refresh_parts& presented, const rotation_outcome& outcome,
                                  const client_origin& origin, tokens_promise promise) {
  bool genuine = false;
  if (presented.generation < outcome.generation &&
      outcome.generation - presented.generation <= config.longest_reuse_proof) {
    auto parts = presented;
    while (parts.generation < outcome.generation)
      parts = neighbours.tokens->successor(parts);
    genuine = neighbours.tokens->hash_refresh(parts) == outcome.current_hash;
  }
  if (!genuine) {
    config.probe->refreshes_invalid.add();
    promise.deliver(make_failure(errc::invalid_refresh_token));
    return;
  }
  config.probe->refreshes_reused.add();
  audit("authn_token_reuse", {}, outcome.user, {{"session", to_string(presented.session)}}, origin);
  self->request(neighbours.writer, config.write_deadline,
                end_sessions{outcome.user, {presented.session}, false, "reused", now()})
      .then(
          [this, user = outcome.user, promise](const std::vector<session_id>& ended) mutable {
            announce_end(user, ended, "reused");
            // Something else may have ended it meanwhile: then it was no reuse that did.
            promise.deliver(make_failure(ended.empty() ? errc::invalid_refresh_token : errc::refresh_token_reused));
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
}

caf::result<done> auth_state::end(const principal& who, std::vector<session_id> sessions, bool all,
                                  std::string reason) {
  bool named = !all && sessions.front() != who.session;
  auto promise = self->make_response_promise<done>();
  self->request(neighbours.writer, config.write_deadline,
                end_sessions{who.user, std::move(sessions), all, reason, now()})
      .then(
          [this, user = who.user, named, reason, promise](const std::vector<session_id>& ended) mutable {
            announce_end(user, ended, reason);
            if (named && ended.empty())
              promise.deliver(make_failure(errc::not_found));
            else
              promise.deliver(done{});
          },
          [promise](caf::error& failure) mutable { promise.deliver(std::move(failure)); });
  return promise;
}

void auth_state::announce_end(user_id user, const std::vector<session_id>& ended, const std::string& reason) {
  if (ended.empty())
    return;
  for (auto& session : ended)
    neighbours.revocations->revoke(session, now() + config.access_life);
  self->send(neighbours.placement, user_end_sessions{user, ended, false, reason});
}

} // namespace callboard

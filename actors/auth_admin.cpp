#include <utility>

#include "actors/auth.hpp"
#include "actors/core/permissions.hpp"

// What administrators do to accounts, and who tried what they may not.

namespace callboard {
namespace {

struct ending {
  std::string_view reason, sentence;
};
constexpr ending endings[] = {
    {"logout", "It was logged out."},
    {"revoked", "It was ended from another session of the account."},
    {"evicted", "A newer session took its place: the account has as many as it may have."},
    {"reused", "Its refresh token was used twice; somebody may have copied it."},
    {"password_changed", "The password was changed; log in with the new one."},
    {"disabled", "The account was disabled."},
    {"role_changed", "The role of the account was changed; log in again."},
    {"deleted", "The account was deleted."},
};

} // namespace

caf::error ended_session(errc code, const std::string& reason) {
  if (reason.empty())
    return make_failure(code, "The session has ended");
  for (auto& each : endings)
    if (each.reason == reason)
      return make_failure(code, "The session has ended", {{"", reason, std::string{each.sentence}}});
  return make_failure(code, "The session has ended", {{"", reason, "It was ended."}});
}

caf::result<account_view> auth_state::change_access_of(const auth_change_access& request) {
  // The edge asked already; what is this dangerous is not left to one place's memory.
  if (!core::may(request.who.role, permission::manage_users))
    return make_failure(errc::forbidden);
  auto promise = self->make_response_promise<account_view>();
  change_access operation;
  operation.user = request.user;
  operation.role = request.role;
  operation.disabled = request.disabled;
  operation.by = {request.who.user, request.origin.address};
  self->request(neighbours.writer, config.write_deadline, std::move(operation))
      .then(
          [this, promise, user = request.user](changed_access& changed) mutable {
            announce_end(user, changed.ended, changed.account.disabled ? "disabled" : "role_changed");
            promise.deliver(std::move(changed.account));
          },
          [promise](caf::error& reason) mutable { promise.deliver(std::move(reason)); });
  return promise;
}

void auth_state::note_refusal(const auth_refused& request) {
  if (refusals.pass(request.who.user, now()))
    audit("authz_fail", request.who.user, {}, {{"what", request.what}}, request.origin);
}

} // namespace callboard

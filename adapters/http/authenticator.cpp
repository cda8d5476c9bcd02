#include "adapters/http/authenticator.hpp"

#include <chrono>

#include "adapters/http/ask.hpp"
#include "adapters/http/text.hpp"

namespace callboard::http {
namespace {

constexpr std::size_t max_token_bytes = 8 * 1024;
constexpr std::chrono::seconds identify_timeout{5};

timestamp now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::size_t scheme_size = 7; // "Bearer "
  if (authorization.size() <= scheme_size || !equal_ignoring_case(authorization.substr(0, scheme_size), "bearer "))
    return {};
  return trim(authorization.substr(scheme_size));
}

} // namespace

const authenticator::caller* authenticator::find(std::string_view token) {
  if (auto found = recent_.find(token); found != recent_.end())
    return &found->second;
  auto found = older_.find(token);
  if (found == older_.end())
    return nullptr;
  auto node = older_.extract(found);
  remember(std::move(node.key()), std::move(node.mapped()));
  return &recent_.find(token)->second;
}

void authenticator::remember(std::string token, caller known) {
  if (recent_.size() >= generation_size) {
    older_ = std::move(recent_);
    recent_.clear();
  }
  recent_.insert_or_assign(std::move(token), std::move(known));
}

boost::asio::awaitable<caf::expected<principal>> authenticator::authenticate(std::string_view authorization) {
  auto token = bearer_token(authorization);
  if (token.empty() || token.size() > max_token_bytes)
    co_return make_failure(errc::unauthorized);
  auto time = now();
  if (const auto* known = find(token)) {
    if (known->who.expires_at <= time)
      co_return make_failure(errc::token_expired);
    if (time < known->until && !services_.revocations->is_revoked(known->who.session))
      co_return known->who;
  }
  auto claims = services_.tokens->verify_access(token, time);
  if (!claims)
    co_return claims.error();
  std::string bytes{token};
  // Of a session that is revoked the store is asked too: it knows why. Whatever it says, it is no yes.
  bool revoked = services_.revocations->is_revoked(claims->session);
  auth_identify request{*claims};
  auto who = co_await ask<principal>(services_.auth, identify_timeout, request);
  if (!who && revoked && code_of(who.error()) != errc::unauthorized)
    co_return make_failure(errc::unauthorized);
  if (!who)
    co_return who.error();
  // The session may have ended between the store's answer and now.
  if (services_.revocations->is_revoked(who->session))
    co_return make_failure(errc::unauthorized);
  caller known{*who, time + remembered_for_};
  remember(std::move(bytes), std::move(known));
  co_return who;
}

} // namespace callboard::http

#pragma once

#include <charconv>
#include <set>

#include "tests/actors/fakes.hpp"

namespace callboard::test {

/// Tokens in plain sight. Access: "user:session:expiry" (ms), "expired", anything else is invalid. Refresh:
/// "session:generation:secret", whose successor has the secret with an 's' more.
class plain_tokens final : public token_service {
public:
  std::string sign_access(const token_claims& claims, timestamp) const override {
    return to_string(claims.user) + ':' + std::to_string(claims.session.bytes[15]) + ':' +
           std::to_string(claims.expires_at.time_since_epoch().count());
  }
  caf::expected<token_claims> verify_access(std::string_view token, timestamp) const override {
    if (token == "expired")
      return make_failure(errc::token_expired);
    std::int64_t parts[3]{};
    if (!split(token, parts))
      return make_failure(errc::unauthorized);
    token_claims claims;
    claims.user = user_id{parts[0]};
    claims.session = uuid_of(static_cast<std::uint8_t>(parts[1]));
    claims.expires_at = timestamp{std::chrono::milliseconds{parts[2]}};
    return claims;
  }
  uuid new_id() const override { return uuid_of(++ids_); }
  refresh_parts new_refresh(callboard::session_id session) const override { return {session, 1, "s"}; }
  refresh_parts successor(const refresh_parts& parts) const override {
    return {parts.session, parts.generation + 1, parts.secret.reveal() + 's'};
  }
  std::string hash_refresh(const refresh_parts& parts) const override { return "#" + parts.secret.reveal(); }
  std::string print_refresh(const refresh_parts& parts) const override {
    return std::to_string(parts.session.bytes[15]) + ':' + std::to_string(parts.generation) + ':' +
           parts.secret.reveal();
  }
  caf::optional<refresh_parts> parse_refresh(std::string_view text) const override {
    auto first = text.find(':');
    auto second = text.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos)
      return caf::none;
    refresh_parts parts;
    parts.session = uuid_of(static_cast<std::uint8_t>(std::stoi(std::string{text.substr(0, first)})));
    parts.generation = static_cast<std::uint32_t>(std::stoul(std::string{text.substr(first + 1, second - first - 1)}));
    parts.secret = std::string{text.substr(second + 1)};
    return parts;
  }
  std::string new_one_time_token() const override { return "secret" + std::to_string(++secrets_); }
  std::string hash_one_time_token(std::string_view text, token_purpose purpose) const override {
    if (!text.starts_with("secret"))
      return {};
    return (purpose == token_purpose::verify_email ? "#verify:" : "#reset:") + std::string{text};
  }

  /// "user/device".
  std::string sign_device(const device_claims& claims) const override {
    return to_string(claims.user) + '/' + std::to_string(claims.device.bytes[15]);
  }
  caf::optional<device_claims> verify_device(std::string_view text, timestamp) const override {
    auto slash = text.find('/');
    if (slash == std::string_view::npos)
      return caf::none;
    device_claims claims;
    claims.user = user_id{std::stoi(std::string{text.substr(0, slash)})};
    claims.device = uuid_of(static_cast<std::uint8_t>(std::stoi(std::string{text.substr(slash + 1)})));
    return claims;
  }

private:
  static bool split(std::string_view text, std::int64_t (&parts)[3]) {
    const auto* next = text.data();
    const auto* end = next + text.size();
    for (auto& each : parts) {
      auto [stop, error] = std::from_chars(next, end, each);
      if (error != std::errc{})
        return false;
      next = stop == end ? end : stop + 1;
    }
    return true;
  }
  mutable std::uint8_t ids_ = 100;
  mutable int secrets_ = 0;
};

class plain_revocations final : public revocation_list {
public:
  void revoke(callboard::session_id session, timestamp) override { revoked.insert(session); }
  bool is_revoked(const callboard::session_id& session) const override { return revoked.contains(session); }
  std::set<uuid> revoked;
};

} // namespace callboard::test

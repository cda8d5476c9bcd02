#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "adapters/jwt/token.hpp"
#include "adapters/tokens/verified_tokens.hpp"
#include "messages/accounts.hpp"

namespace callboard::tokens {

struct token_authority_config {
  std::string issuer = "callboard";
  std::string audience = "callboard";
  secret_text refresh_secret;    // 32 random bytes: makes a refresh token's successor from the token
  secret_text device_secret;     // likewise: signs device tokens
  std::size_t remembered = 8192; // tokens whose check need not be repeated
};

/// Access tokens as JWT (security.md 16-18) and refresh tokens as random secrets with one derivable successor each
/// (point 10): successor = HMAC-SHA256(secret, predecessor || session || generation).
class token_authority final : public token_service {
public:
  token_authority(std::shared_ptr<const jwt::key_set> keys, token_authority_config config);

  /// Signs and checks with these keys from now on; what was checked with others is checked again.
  void replace_keys(std::shared_ptr<const jwt::key_set> keys);
  /// The id of the key that signs at `now`; empty if there is none.
  std::string signing_key(timestamp now) const;
  /// The public keys, as /.well-known/jwks.json has them.
  std::string jwks(timestamp now) const;

  std::string sign_access(const token_claims& claims, timestamp issued_at) const override;
  caf::expected<token_claims> verify_access(std::string_view token, timestamp now) const override;
  uuid new_id() const override;
  refresh_parts new_refresh(callboard::session_id session) const override;
  refresh_parts successor(const refresh_parts& parts) const override;
  std::string hash_refresh(const refresh_parts& parts) const override;
  std::string print_refresh(const refresh_parts& parts) const override;
  caf::optional<refresh_parts> parse_refresh(std::string_view text) const override;
  std::string new_one_time_token() const override;
  std::string hash_one_time_token(std::string_view text, token_purpose purpose) const override;
  std::string sign_device(const device_claims& claims) const override;
  caf::optional<device_claims> verify_device(std::string_view token, timestamp now) const override;

private:
  struct present {
    std::shared_ptr<const jwt::key_set> keys;
    std::uint64_t generation = 0; // how often they were replaced
  };
  present now_present() const;

  mutable std::mutex mutex_; // guards `present_`; taken for what is signed or checked, not for what is remembered
  present present_;
  token_authority_config config_;
  jwt::expectations expected_;
  mutable verified_tokens verified_;
};

} // namespace callboard::tokens

#include "adapters/tokens/token_authority.hpp"

#include <charconv>
#include <utility>
#include <variant>

#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"
#include "adapters/crypto/random.hpp"
#include "adapters/crypto/uuid.hpp"

namespace callboard::tokens {
namespace {

constexpr std::size_t secret_size = 32;
constexpr std::size_t generation_size = 4;

std::string_view bytes_of(const uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

std::string bytes_of(std::uint32_t number) {
  return {static_cast<char>(number >> 24), static_cast<char>(number >> 16), static_cast<char>(number >> 8),
          static_cast<char>(number)};
}

std::int64_t seconds_of(timestamp time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

caf::optional<user_id> parse_user(std::string_view text) {
  std::int64_t number = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size() || number <= 0)
    return caf::none;
  return static_cast<user_id>(number);
}

} // namespace

token_authority::token_authority(std::shared_ptr<const jwt::key_set> keys, token_authority_config config)
    : present_{std::move(keys)}, config_(std::move(config)), verified_(config_.remembered) {
  expected_.issuer = config_.issuer;
  expected_.audience = config_.audience;
}

token_authority::present token_authority::now_present() const {
  std::lock_guard lock{mutex_};
  return present_;
}

void token_authority::replace_keys(std::shared_ptr<const jwt::key_set> keys) {
  std::lock_guard lock{mutex_};
  present_ = {std::move(keys), present_.generation + 1};
  verified_.forget(present_.generation);
}

std::string token_authority::signing_key(timestamp now) const {
  auto current = now_present();
  auto* key = current.keys->signer(now);
  return key != nullptr ? key->id() : std::string{};
}

std::string token_authority::jwks(timestamp now) const {
  return now_present().keys->jwks(now);
}

std::string token_authority::sign_access(const token_claims& claims, timestamp issued_at) const {
  jwt::claims content;
  content.issuer = config_.issuer;
  content.audience = config_.audience;
  content.subject = to_string(claims.user);
  content.session_id = to_string(claims.session);
  content.role = to_string(claims.role);
  content.token_id = crypto::make_uuid();
  content.issued_at = seconds_of(issued_at);
  content.expires_at = seconds_of(claims.expires_at);
  // By the moment itself: `iat` is in whole seconds, and may lie before the one from which the key signs.
  auto current = now_present();
  auto* key = current.keys->signer(issued_at);
  return key != nullptr ? jwt::sign_by(*key, content) : std::string{};
}

caf::expected<token_claims> token_authority::verify_access(std::string_view token, timestamp now) const {
  if (auto known = verified_.find(token, now))
    return *known;
  auto current = now_present();
  auto result = jwt::verify(*current.keys, token, expected_, std::chrono::time_point_cast<std::chrono::seconds>(now));
  if (auto* reason = std::get_if<jwt::verify_error>(&result))
    return make_failure(*reason == jwt::verify_error::expired ? errc::token_expired : errc::unauthorized,
                        *reason == jwt::verify_error::expired ? "the access token has expired"
                                                              : "the access token is not valid");
  auto& content = std::get<jwt::claims>(result);
  token_claims claims;
  auto user = parse_user(content.subject);
  auto session = parse_uuid(content.session_id);
  if (!user || !session || !from_string(content.role, claims.role))
    return make_failure(errc::unauthorized, "the access token is not valid");
  claims.user = *user;
  claims.session = *session;
  claims.expires_at = timestamp{std::chrono::seconds{content.expires_at}};
  verified_.keep(token, claims, current.generation);
  return claims;
}

uuid token_authority::new_id() const {
  return *parse_uuid(crypto::make_uuid());
}

refresh_parts token_authority::new_refresh(callboard::session_id session) const {
  return {session, 1, crypto::random_bytes(secret_size)};
}

refresh_parts token_authority::successor(const refresh_parts& parts) const {
  auto generation = parts.generation + 1;
  std::string input = parts.secret.reveal();
  input += bytes_of(parts.session);
  input += bytes_of(generation);
  return {parts.session, generation, crypto::hmac_sha256(config_.refresh_secret.reveal(), input)};
}

std::string token_authority::hash_refresh(const refresh_parts& parts) const {
  return crypto::base64url_encode(crypto::sha256(parts.secret.reveal())); // a text: the store keeps it as one
}

std::string token_authority::print_refresh(const refresh_parts& parts) const {
  std::string bytes{bytes_of(parts.session)};
  bytes += bytes_of(parts.generation);
  bytes += parts.secret.reveal();
  return crypto::base64url_encode(bytes);
}

caf::optional<refresh_parts> token_authority::parse_refresh(std::string_view text) const {
  constexpr std::size_t size = 16 + generation_size + secret_size;
  if (text.size() > 2 * size)
    return caf::none;
  auto bytes = crypto::base64url_decode(text);
  if (!bytes || bytes->size() != size)
    return caf::none;
  refresh_parts parts;
  for (std::size_t i = 0; i < 16; ++i)
    parts.session.bytes[i] = static_cast<std::uint8_t>((*bytes)[i]);
  for (std::size_t i = 0; i < generation_size; ++i)
    parts.generation = (parts.generation << 8) | static_cast<std::uint8_t>((*bytes)[16 + i]);
  parts.secret = bytes->substr(16 + generation_size);
  return parts;
}

std::string token_authority::new_one_time_token() const {
  return crypto::base64url_encode(crypto::random_bytes(secret_size));
}

std::string token_authority::hash_one_time_token(std::string_view text, token_purpose purpose) const {
  if (text.size() > 2 * secret_size)
    return {};
  auto bytes = crypto::base64url_decode(text);
  if (!bytes || bytes->size() != secret_size)
    return {};
  return crypto::base64url_encode(crypto::sha256(*bytes + static_cast<char>(purpose)));
}

} // namespace callboard::tokens

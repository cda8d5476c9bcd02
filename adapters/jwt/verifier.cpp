#include <algorithm>
#include <optional>

#include "adapters/jwt/flat_json.hpp"
#include "adapters/jwt/jws.hpp"
#include "adapters/jwt/token.hpp"

namespace callboard::jwt {

namespace {

std::optional<claims> read_claims(const flat_object& payload) {
  claims result;
  const std::pair<std::string_view, std::string*> texts[] = {{"iss", &result.issuer},  {"aud", &result.audience},
                                                             {"sub", &result.subject}, {"sid", &result.session_id},
                                                             {"role", &result.role},   {"jti", &result.token_id}};
  for (const auto& [name, target] : texts) {
    const auto* text = payload.text(name);
    if (text == nullptr || text->empty())
      return std::nullopt;
    *target = *text;
  }
  const auto* issued_at = payload.integer("iat");
  const auto* expires_at = payload.integer("exp");
  if (issued_at == nullptr || expires_at == nullptr || *issued_at < 0 || *expires_at <= *issued_at)
    return std::nullopt;
  result.issued_at = *issued_at;
  result.expires_at = *expires_at;
  return result;
}

std::optional<verify_error> check_times(const claims& content, std::int64_t not_before, std::int64_t now,
                                        std::int64_t leeway) {
  // Compared by differences to `now`, which cannot overflow for times that are not negative.
  if (std::max(content.issued_at, not_before) - now > leeway)
    return verify_error::not_yet_valid;
  if (now - content.expires_at >= leeway)
    return verify_error::expired;
  return std::nullopt;
}

} // namespace

verify_result verify(const key_set& keys, std::string_view token, const expectations& expected,
                     std::chrono::sys_seconds now) {
  const auto signed_content = verify_compact(keys, token, now);
  if (const auto* error = std::get_if<verify_error>(&signed_content))
    return *error;
  const auto& [type, payload_text] = std::get<compact_jws>(signed_content);
  if (type != expected.type)
    return verify_error::wrong_type;
  const auto payload = flat_object::parse(payload_text);
  auto content = payload ? read_claims(*payload) : std::nullopt;
  if (!content)
    return verify_error::bad_claims;
  std::int64_t not_before = 0;
  if (payload->contains("nbf")) {
    const auto* time = payload->integer("nbf");
    if (time == nullptr || *time < 0)
      return verify_error::bad_claims;
    not_before = *time;
  }
  if (content->issuer != expected.issuer)
    return verify_error::wrong_issuer;
  if (content->audience != expected.audience)
    return verify_error::wrong_audience;
  if (const auto error = check_times(*content, not_before, now.time_since_epoch().count(), expected.leeway.count()))
    return *error;
  return std::move(*content);
}

} // namespace callboard::jwt

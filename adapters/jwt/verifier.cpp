#include "adapters/crypto/base64.hpp"
#include "adapters/jwt/flat_json.hpp"
#include "adapters/jwt/token.hpp"

#include <algorithm>
#include <optional>

namespace callboard::jwt {

namespace {

struct compact_parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_input;
};

std::optional<compact_parts> split(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos)
    return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return std::nullopt;
  return compact_parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                       token.substr(0, second)};
}

std::optional<verify_error> check_header_fields(const flat_object& header) {
  for (const auto& [name, value] : header.members()) {
    if (name != "alg" && name != "kid" && name != "typ" && name != "cty")
      return verify_error::unsupported_header;
    if (!std::holds_alternative<std::string>(value))
      return verify_error::bad_header;
  }
  return header.contains("alg") ? std::nullopt : std::optional(verify_error::bad_header);
}

std::variant<const key*, verify_error> find_key(const key_set& keys, const flat_object& header) {
  const auto* id = header.text("kid");
  if (id == nullptr || !is_key_id(*id))
    return verify_error::unknown_key;
  const auto* found = keys.find(*id);
  if (found == nullptr)
    return verify_error::unknown_key;
  if (*header.text("alg") != to_string(found->signature_algorithm()))
    return verify_error::algorithm_mismatch;
  return found;
}

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

std::string_view to_string(verify_error error) {
  switch (error) {
  case verify_error::too_large:
    return "too_large";
  case verify_error::malformed:
    return "malformed";
  case verify_error::bad_header:
    return "bad_header";
  case verify_error::unsupported_header:
    return "unsupported_header";
  case verify_error::unknown_key:
    return "unknown_key";
  case verify_error::algorithm_mismatch:
    return "algorithm_mismatch";
  case verify_error::bad_signature:
    return "bad_signature";
  case verify_error::wrong_type:
    return "wrong_type";
  case verify_error::bad_claims:
    return "bad_claims";
  case verify_error::wrong_issuer:
    return "wrong_issuer";
  case verify_error::wrong_audience:
    return "wrong_audience";
  case verify_error::not_yet_valid:
    return "not_yet_valid";
  case verify_error::expired:
    return "expired";
  }
  return "";
}

verify_result verify(const key_set& keys, std::string_view token, const expectations& expected,
                     std::chrono::sys_seconds now) {
  if (token.size() > maximum_token_size)
    return verify_error::too_large;
  const auto parts = split(token);
  if (!parts)
    return verify_error::malformed;
  const auto header_text = crypto::base64url_decode(parts->header);
  const auto signature = crypto::base64url_decode(parts->signature);
  if (!header_text || !signature)
    return verify_error::malformed;

  const auto header = flat_object::parse(*header_text);
  if (!header)
    return verify_error::bad_header;
  if (const auto error = check_header_fields(*header))
    return *error;
  const auto found = find_key(keys, *header);
  if (const auto* error = std::get_if<verify_error>(&found))
    return *error;
  if (!std::get<const key*>(found)->verify(parts->signed_input, *signature))
    return verify_error::bad_signature;

  if (const auto* type = header->text("typ"); type == nullptr || *type != expected.type)
    return verify_error::wrong_type;
  const auto payload_text = crypto::base64url_decode(parts->payload);
  if (!payload_text)
    return verify_error::malformed;
  const auto payload = flat_object::parse(*payload_text);
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

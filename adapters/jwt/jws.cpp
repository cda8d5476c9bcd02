#include "adapters/jwt/jws.hpp"

#include <optional>

#include "adapters/crypto/base64.hpp"
#include "adapters/jwt/flat_json.hpp"

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

/// `find` gives the key for a header's `kid`, which may be null, or null.
template <class Find>
jws_result verify_with(std::string_view token, const Find& find) {
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
  const key* with = find(header->text("kid"));
  if (with == nullptr)
    return verify_error::unknown_key;
  if (*header->text("alg") != to_string(with->signature_algorithm()))
    return verify_error::algorithm_mismatch;
  if (!with->verify(parts->signed_input, *signature))
    return verify_error::bad_signature;

  auto payload = crypto::base64url_decode(parts->payload);
  if (!payload)
    return verify_error::malformed;
  const auto* type = header->text("typ");
  return compact_jws{type != nullptr ? *type : std::string{}, std::move(*payload)};
}

} // namespace

jws_result verify_compact(const key& with, std::string_view token) {
  return verify_with(token, [&with](const std::string*) { return &with; });
}

jws_result verify_compact(const key_set& keys, std::string_view token, key_time now) {
  return verify_with(token, [&keys, now](const std::string* id) -> const key* {
    return id != nullptr && is_key_id(*id) ? keys.find(*id, now) : nullptr;
  });
}

} // namespace callboard::jwt

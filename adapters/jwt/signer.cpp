#include "adapters/crypto/base64.hpp"
#include "adapters/jwt/token.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace callboard::jwt {

std::string sign(const key_set& keys, const claims& content, std::string_view type) {
  const auto* active = keys.signer(key_time{std::chrono::seconds{content.issued_at}});
  return active != nullptr ? sign_by(*active, content, type) : std::string{};
}

std::string sign_by(const key& signer, const claims& content, std::string_view type) {
  const boost::json::object header{
      {"alg", to_string(signer.signature_algorithm())}, {"kid", signer.id()}, {"typ", type}};
  const boost::json::object payload{{"iss", content.issuer},     {"aud", content.audience}, {"sub", content.subject},
                                    {"sid", content.session_id}, {"role", content.role},    {"iat", content.issued_at},
                                    {"exp", content.expires_at}, {"jti", content.token_id}};
  auto token = crypto::base64url_encode(boost::json::serialize(header)) + '.' +
               crypto::base64url_encode(boost::json::serialize(payload));
  const auto signature = signer.sign(token);
  if (signature.empty())
    return {};
  return token + '.' + crypto::base64url_encode(signature);
}

} // namespace callboard::jwt

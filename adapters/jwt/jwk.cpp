#include "adapters/jwt/jwk.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "adapters/crypto/base64.hpp"
#include "adapters/jwt/flat_json.hpp"

namespace callboard::jwt {

namespace {

constexpr std::size_t coordinate_size = 32;
constexpr std::size_t longest_number = maximum_rsa_bits / 8;

using namespace std::string_view_literals;

// SubjectPublicKeyInfo up to the key itself (RFC 5480, RFC 8410, RFC 3279).
constexpr auto p256_prefix = "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01"
                             "\x07\x03\x42\x00\x04"sv;
constexpr auto ed25519_prefix = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"sv;
constexpr auto rsa_algorithm = "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"sv;

/// A number of a public key, big-endian, in `size` bytes or, if that is 0, in as many as it takes.
std::string number_of(const EVP_PKEY* pair, const char* name, std::size_t size) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(pair, name, &number) != 1)
    return {};
  std::string bytes(size > 0 ? size : static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  const auto written =
      BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  BN_free(number);
  return written < 0 ? std::string{} : crypto::base64url_encode(bytes);
}

std::string der(char tag, const std::string& content) {
  std::string length;
  if (content.size() < 0x80) {
    length = static_cast<char>(content.size());
  } else {
    for (auto rest = content.size(); rest > 0; rest >>= 8)
      length.insert(length.begin(), static_cast<char>(rest & 0xff));
    length.insert(length.begin(), static_cast<char>(0x80 | length.size()));
  }
  return tag + length + content;
}

std::string der_number(const std::string& bytes) {
  const bool needs_sign_byte = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0;
  return der('\x02', needs_sign_byte ? '\0' + bytes : bytes);
}

/// A member's bytes; nothing if it is missing or no canonical base64url.
std::optional<std::string> bytes_of(const flat_object& jwk, std::string_view name) {
  const auto* text = jwk.text(name);
  return text != nullptr ? crypto::base64url_decode(*text) : std::nullopt;
}

/// A number without leading zeros (RFC 7518 section 2, Base64urlUInt), no longer than the largest modulus.
std::optional<std::string> number_in(const flat_object& jwk, std::string_view name) {
  auto bytes = bytes_of(jwk, name);
  if (!bytes || bytes->empty() || bytes->front() == '\0' || bytes->size() > longest_number)
    return std::nullopt;
  return bytes;
}

bool is(const flat_object& jwk, std::string_view name, std::string_view wanted) {
  const auto* text = jwk.text(name);
  return text != nullptr && *text == wanted;
}

bool may_verify(const flat_object& jwk) {
  if (jwk.contains("use") && !is(jwk, "use", "sig"))
    return false;
  if (!jwk.contains("key_ops"))
    return true;
  const auto* operations = jwk.strings("key_ops");
  return operations != nullptr && std::find(operations->begin(), operations->end(), "verify") != operations->end() &&
         std::set<std::string>(operations->begin(), operations->end()).size() == operations->size();
}

std::optional<key> elliptic_key(const flat_object& jwk, std::string id) {
  const auto x = bytes_of(jwk, "x"), y = bytes_of(jwk, "y");
  if (!is(jwk, "kty", "EC") || !is(jwk, "crv", "P-256") || !x || !y || x->size() != coordinate_size ||
      y->size() != coordinate_size)
    return std::nullopt;
  return key::from_public_der(algorithm::es256, std::move(id), std::string{p256_prefix} + *x + *y);
}

std::optional<key> edwards_key(const flat_object& jwk, std::string id) {
  const auto x = bytes_of(jwk, "x");
  if (!is(jwk, "kty", "OKP") || !is(jwk, "crv", "Ed25519") || !x || x->size() != coordinate_size)
    return std::nullopt;
  return key::from_public_der(algorithm::eddsa, std::move(id), std::string{ed25519_prefix} + *x);
}

std::optional<key> rsa_key(const flat_object& jwk, std::string id) {
  const auto modulus = number_in(jwk, "n"), exponent = number_in(jwk, "e");
  if (!is(jwk, "kty", "RSA") || !modulus || !exponent)
    return std::nullopt;
  const auto numbers = der('\x30', der_number(*modulus) + der_number(*exponent));
  return key::from_public_der(algorithm::rs256, std::move(id),
                              der('\x30', std::string{rsa_algorithm} + der('\x03', '\0' + numbers)));
}

std::optional<key> secret_key(const flat_object& jwk, std::string id) {
  auto secret = bytes_of(jwk, "k");
  if (!is(jwk, "kty", "oct") || !secret)
    return std::nullopt;
  return key::from_secret(std::move(id), std::move(*secret));
}

std::optional<key> key_of(const flat_object& jwk, std::string id) {
  const auto* name = jwk.text("alg");
  const auto value = name != nullptr ? algorithm_from_string(*name) : std::nullopt;
  if (!value || !may_verify(jwk))
    return std::nullopt;
  switch (*value) {
  case algorithm::es256:
    return elliptic_key(jwk, std::move(id));
  case algorithm::eddsa:
    return edwards_key(jwk, std::move(id));
  case algorithm::rs256:
    return rsa_key(jwk, std::move(id));
  case algorithm::hs256:
    return secret_key(jwk, std::move(id));
  }
  return std::nullopt;
}

std::optional<flat_object> parse(std::string_view text) {
  return text.size() <= maximum_jwk_size ? flat_object::parse_with_lists(text) : std::nullopt;
}

} // namespace

std::optional<key> key_from_jwk(std::string_view text, std::string id) {
  const auto jwk = parse(text);
  return jwk ? key_of(*jwk, std::move(id)) : std::nullopt;
}

std::optional<key> key_from_jwk(std::string_view text) {
  const auto jwk = parse(text);
  const auto* id = jwk ? jwk->text("kid") : nullptr;
  return id != nullptr ? key_of(*jwk, *id) : std::nullopt;
}

std::string key::public_jwk() const {
  const auto common = R"(,"use":"sig","alg":")" + std::string(to_string(algorithm_)) + R"(","kid":")" + id_ + R"("})";
  if (algorithm_ == algorithm::es256)
    return R"({"kty":"EC","crv":"P-256","x":")" + number_of(pair_.get(), OSSL_PKEY_PARAM_EC_PUB_X, coordinate_size) +
           R"(","y":")" + number_of(pair_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, coordinate_size) + '"' + common;
  if (algorithm_ == algorithm::rs256)
    return R"({"kty":"RSA","n":")" + number_of(pair_.get(), OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
           number_of(pair_.get(), OSSL_PKEY_PARAM_RSA_E, 0) + '"' + common;
  if (algorithm_ == algorithm::eddsa) {
    std::string raw(coordinate_size, '\0');
    std::size_t size = raw.size();
    EVP_PKEY_get_raw_public_key(pair_.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
    return R"({"kty":"OKP","crv":"Ed25519","x":")" + crypto::base64url_encode(raw) + '"' + common;
  }
  return {};
}

} // namespace callboard::jwt

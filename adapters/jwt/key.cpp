#include "adapters/jwt/key.hpp"

#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"
#include "adapters/crypto/random.hpp"
#include "adapters/jwt/ecdsa_signature.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace callboard::jwt {

namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// An exponent beyond 64 bits would make a check slow, a small one is no key of today (FIPS 186-5, A.1.1).
bool is_good_rsa(const EVP_PKEY* pair) {
  BIGNUM* exponent = nullptr;
  const auto bits = EVP_PKEY_get_bits(pair);
  const bool ok = EVP_PKEY_is_a(pair, "RSA") == 1 && bits >= minimum_rsa_bits && bits <= maximum_rsa_bits &&
                  EVP_PKEY_get_bn_param(pair, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 && BN_is_odd(exponent) == 1 &&
                  BN_num_bits(exponent) > 16 && BN_num_bits(exponent) <= 64;
  BN_free(exponent);
  return ok;
}

bool is_pair_of(const EVP_PKEY* pair, algorithm value) {
  if (value == algorithm::eddsa)
    return EVP_PKEY_is_a(pair, "ED25519") == 1;
  if (value == algorithm::rs256)
    return is_good_rsa(pair);
  std::array<char, 64> group{};
  return value == algorithm::es256 && EVP_PKEY_is_a(pair, "EC") == 1 &&
         EVP_PKEY_get_group_name(pair, group.data(), group.size(), nullptr) == 1 &&
         std::string_view(group.data()) == "prime256v1";
}

// One signing or verifying context for each thread saves an allocation and a look-up for each token.
EVP_MD_CTX* thread_context() {
  struct deleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, deleter> context(EVP_MD_CTX_new());
  if (!context)
    std::abort(); // no memory
  EVP_MD_CTX_reset(context.get());
  return context.get();
}

const char* digest_name(algorithm value) {
  return value == algorithm::eddsa ? nullptr : "SHA256"; // Ed25519 hashes by itself
}

} // namespace

std::string_view to_string(algorithm value) {
  switch (value) {
  case algorithm::es256:
    return "ES256";
  case algorithm::eddsa:
    return "EdDSA";
  case algorithm::hs256:
    return "HS256";
  case algorithm::rs256:
    return "RS256";
  }
  return "";
}

std::optional<algorithm> algorithm_from_string(std::string_view name) {
  for (const auto value : {algorithm::es256, algorithm::eddsa, algorithm::hs256, algorithm::rs256})
    if (name == to_string(value))
      return value;
  return std::nullopt;
}

bool is_key_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

key::key(algorithm value, std::string id, std::shared_ptr<EVP_PKEY> pair, std::string secret, bool can_sign)
    : algorithm_(value), id_(std::move(id)), pair_(std::move(pair)),
      secret_(new std::string(std::move(secret)),
              [](const std::string* text) {
                OPENSSL_cleanse(const_cast<char*>(text->data()), text->size());
                delete text;
              }),
      private_(can_sign) {}

std::optional<key> key::adopt(algorithm value, std::string id, EVP_PKEY* pair, bool can_sign) {
  std::shared_ptr<EVP_PKEY> owned(pair, EVP_PKEY_free);
  if (pair == nullptr || !is_pair_of(pair, value) || !is_key_id(id) || (can_sign && value == algorithm::rs256))
    return std::nullopt;
  return key(value, std::move(id), std::move(owned), {}, can_sign);
}

key key::generate(algorithm value) {
  // One that begins with a dash would be taken for an option where people name it on a command line.
  auto id = crypto::random_token(12);
  while (id.front() == '-')
    id = crypto::random_token(12);
  return generate(value, std::move(id)).value();
}

std::optional<key> key::generate(algorithm value, std::string id) {
  switch (value) {
  case algorithm::es256:
    return adopt(value, std::move(id), EVP_EC_gen("P-256"), true);
  case algorithm::eddsa:
    return adopt(value, std::move(id), EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), true);
  case algorithm::hs256:
    return from_secret(std::move(id), crypto::random_bytes(minimum_secret_size));
  case algorithm::rs256:
    break;
  }
  return std::nullopt;
}

std::optional<key> key::from_secret(std::string id, std::string secret) {
  if (!is_key_id(id) || secret.size() < minimum_secret_size)
    return std::nullopt;
  return key(algorithm::hs256, std::move(id), nullptr, std::move(secret), true);
}

std::optional<key> key::from_private_der(algorithm value, std::string id, std::string_view der) {
  if (value == algorithm::hs256)
    return from_secret(std::move(id), std::string(der));
  const auto* position = bytes_of(der);
  EVP_PKEY* pair = d2i_AutoPrivateKey(nullptr, &position, static_cast<long>(der.size()));
  if (pair != nullptr && position != bytes_of(der) + der.size()) {
    EVP_PKEY_free(pair);
    return std::nullopt;
  }
  return adopt(value, std::move(id), pair, true);
}

std::optional<key> key::from_private_pem(algorithm value, std::string id, std::string_view pem) {
  BIO* source = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  // Without a callback OpenSSL would ask for a pass phrase at the terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  EVP_PKEY* pair = PEM_read_bio_PrivateKey(source, nullptr, no_passphrase, nullptr);
  BIO_free(source);
  return adopt(value, std::move(id), pair, true);
}

std::optional<key> key::from_public_der(algorithm value, std::string id, std::string_view der) {
  const auto* position = bytes_of(der);
  EVP_PKEY* pair = d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size()));
  if (pair != nullptr && position != bytes_of(der) + der.size()) {
    EVP_PKEY_free(pair);
    return std::nullopt;
  }
  return adopt(value, std::move(id), pair, false);
}

std::size_t key::signature_size() const {
  if (algorithm_ == algorithm::rs256)
    return static_cast<std::size_t>(EVP_PKEY_get_size(pair_.get()));
  return algorithm_ == algorithm::hs256 ? 32 : 64;
}

std::string key::sign(std::string_view input) const {
  if (!private_)
    return {};
  if (algorithm_ == algorithm::hs256)
    return crypto::hmac_sha256(*secret_, input);
  auto* context = thread_context();
  std::array<unsigned char, 128> signature{};
  std::size_t size = signature.size();
  if (EVP_DigestSignInit_ex(context, nullptr, digest_name(algorithm_), nullptr, nullptr, pair_.get(), nullptr) != 1 ||
      EVP_DigestSign(context, signature.data(), &size, bytes_of(input), input.size()) != 1)
    return {};
  const std::string_view bytes(reinterpret_cast<const char*>(signature.data()), size);
  return algorithm_ == algorithm::es256 ? ecdsa_der_to_jose(bytes) : std::string(bytes);
}

bool key::verify(std::string_view input, std::string_view signature) const {
  if (signature.size() != signature_size())
    return false;
  if (algorithm_ == algorithm::hs256)
    return crypto::equal_in_constant_time(crypto::hmac_sha256(*secret_, input), signature);
  std::string der;
  if (algorithm_ == algorithm::es256) {
    der = ecdsa_jose_to_der(signature);
    if (der.empty())
      return false;
    signature = der;
  }
  auto* context = thread_context();
  return EVP_DigestVerifyInit_ex(context, nullptr, digest_name(algorithm_), nullptr, nullptr, pair_.get(), nullptr) ==
             1 &&
         EVP_DigestVerify(context, bytes_of(signature), signature.size(), bytes_of(input), input.size()) == 1;
}

std::string key::private_der() const {
  if (algorithm_ == algorithm::hs256 || !private_)
    return *secret_;
  std::string result;
  PKCS8_PRIV_KEY_INFO* info = EVP_PKEY2PKCS8(pair_.get());
  unsigned char* der = nullptr;
  if (const int size = i2d_PKCS8_PRIV_KEY_INFO(info, &der); size > 0) {
    result.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  }
  PKCS8_PRIV_KEY_INFO_free(info);
  return result;
}

std::string key::private_pem() const {
  if (algorithm_ == algorithm::hs256 || !private_)
    return {};
  std::string result;
  BIO* sink = BIO_new(BIO_s_secmem());
  if (PEM_write_bio_PKCS8PrivateKey(sink, pair_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(sink, &text);
    result.assign(text, static_cast<std::size_t>(size));
  }
  BIO_free(sink);
  return result;
}

} // namespace callboard::jwt

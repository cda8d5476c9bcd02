#include "adapters/crypto/digest.hpp"

#include <cstdlib>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace callboard::crypto {

namespace {

// Fetching an algorithm by name costs more than hashing a token, so each is fetched once and kept until exit.
const EVP_MD* fetch_digest(const char* name) {
  const EVP_MD* digest = EVP_MD_fetch(nullptr, name, nullptr);
  if (digest == nullptr)
    std::abort(); // OpenSSL's default provider is missing: nothing of this program can work
  return digest;
}

std::string digest_of(const EVP_MD* digest, std::string_view bytes) {
  std::string result(static_cast<std::size_t>(EVP_MD_get_size(digest)), '\0');
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(result.data()), nullptr, digest,
                 nullptr) != 1)
    std::abort(); // fails only without memory
  return result;
}

std::string hmac(const char* digest, std::size_t size, std::string_view key, std::string_view bytes) {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  std::string result(size, '\0');
  EVP_MAC_CTX* context = algorithm != nullptr ? EVP_MAC_CTX_new(algorithm) : nullptr;
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest), 0),
      OSSL_PARAM_construct_end()};
  // An empty key is legal for HMAC, a null pointer means "no key" to OpenSSL.
  const auto* key_bytes = reinterpret_cast<const unsigned char*>(key.empty() ? "" : key.data());
  std::size_t written = 0;
  if (context == nullptr || EVP_MAC_init(context, key_bytes, key.size(), parameters) != 1 ||
      EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1 ||
      EVP_MAC_final(context, reinterpret_cast<unsigned char*>(result.data()), &written, size) != 1 || written != size)
    std::abort(); // fails only without memory
  EVP_MAC_CTX_free(context);
  return result;
}

} // namespace

std::string sha256(std::string_view bytes) {
  static const EVP_MD* const digest = fetch_digest("SHA256");
  return digest_of(digest, bytes);
}

std::string sha1(std::string_view bytes) {
  static const EVP_MD* const digest = fetch_digest("SHA1");
  return digest_of(digest, bytes);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  return hmac("SHA256", 32, key, bytes);
}

std::string hmac_sha384(std::string_view key, std::string_view bytes) {
  return hmac("SHA384", 48, key, bytes);
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

} // namespace callboard::crypto

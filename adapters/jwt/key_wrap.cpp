#include "adapters/jwt/key_wrap.hpp"

#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"
#include "adapters/crypto/random.hpp"

#include <memory>
#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace callboard::jwt {

namespace {

// Text form: base64url(version || nonce || ciphertext || tag).
constexpr char version = 1;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr std::size_t maximum_wrapped_size = 4096;

using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)>;

cipher_context make_context() {
  return {EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

// The secret may serve other purposes; each gets a key of its own.
std::string encryption_key(std::string_view secret) {
  return crypto::hmac_sha256(secret, "callboard signing key wrap");
}

std::string additional_data(algorithm value, std::string_view id) {
  return std::string(to_string(value)) + ':' + std::string(id);
}

void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
}

std::optional<std::string> open(std::string_view box, std::string_view secret, std::string_view additional) {
  if (box.size() < 1 + nonce_size + tag_size || box.size() > maximum_wrapped_size || box.front() != version)
    return std::nullopt;
  const auto nonce = box.substr(1, nonce_size);
  const auto sealed = box.substr(1 + nonce_size, box.size() - 1 - nonce_size - tag_size);
  std::string tag(box.substr(box.size() - tag_size));
  std::string opened(sealed.size(), '\0');
  auto derived = encryption_key(secret);
  const auto context = make_context();
  int size = 0;
  const bool ok =
      context &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(derived), bytes_of(nonce)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, bytes_of(additional), static_cast<int>(additional.size())) ==
          1 &&
      EVP_DecryptUpdate(context.get(), bytes_of(opened), &size, bytes_of(sealed), static_cast<int>(sealed.size())) ==
          1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), bytes_of(opened) + size, &size) == 1;
  wipe(derived);
  if (!ok) {
    wipe(opened);
    return std::nullopt;
  }
  return opened;
}

} // namespace

std::optional<std::string> wrap_key(const key& wrapped, std::string_view secret) {
  if (secret.size() != wrapping_secret_size || !wrapped.can_sign())
    return std::nullopt;
  const auto additional = additional_data(wrapped.signature_algorithm(), wrapped.id());
  const auto nonce = crypto::random_bytes(nonce_size);
  auto plain = wrapped.private_der();
  auto derived = encryption_key(secret);
  std::string sealed(plain.size(), '\0');
  std::string tag(tag_size, '\0');
  const auto context = make_context();
  int size = 0;
  const bool ok =
      context &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(derived), bytes_of(nonce)) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(additional), static_cast<int>(additional.size())) ==
          1 &&
      EVP_EncryptUpdate(context.get(), bytes_of(sealed), &size, bytes_of(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), bytes_of(sealed) + size, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, tag.data()) == 1;
  wipe(derived);
  wipe(plain);
  if (!ok)
    return std::nullopt;
  return crypto::base64url_encode(version + nonce + sealed + tag);
}

std::optional<key> unwrap_key(algorithm value, std::string id, std::string_view text, std::string_view secret) {
  if (secret.size() != wrapping_secret_size)
    return std::nullopt;
  const auto box = crypto::base64url_decode(text);
  if (!box)
    return std::nullopt;
  auto plain = open(*box, secret, additional_data(value, id));
  if (!plain)
    return std::nullopt;
  auto result = key::from_private_der(value, std::move(id), *plain);
  wipe(*plain);
  return result;
}

} // namespace callboard::jwt

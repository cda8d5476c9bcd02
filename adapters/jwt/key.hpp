#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

using EVP_PKEY = struct evp_pkey_st;

namespace callboard::jwt {

/// The signature algorithms there are (RFC 7518, RFC 8037). Nothing else is ever accepted.
enum class algorithm {
  es256, ///< ECDSA on P-256 with SHA-256, the default
  eddsa, ///< Ed25519
  hs256, ///< HMAC-SHA256 with a shared secret
  rs256, ///< RSASSA-PKCS1-v1_5 with SHA-256; verifies only, for tokens that others signed
};

/// The name used in the `alg` field: `ES256`, `EdDSA`, `HS256`, `RS256`.
std::string_view to_string(algorithm value);

/// Inverse of `to_string`, letter by letter; nothing for any other name.
std::optional<algorithm> algorithm_from_string(std::string_view name);

/// Whether `id` may be a key id: 1 to 64 of `[A-Za-z0-9_-]`.
bool is_key_id(std::string_view id);

/// The smallest secret accepted for HS256, in bytes (RFC 7518 section 3.2).
inline constexpr std::size_t minimum_secret_size = 32;

/// The size of the modulus of an RSA key, in bits: NIST SP 800-131A's minimum, and what a check of one may cost.
inline constexpr int minimum_rsa_bits = 2048;
inline constexpr int maximum_rsa_bits = 8192;

/// A key with its id and its one algorithm. Immutable; copies share the key material; safe to use from many threads.
class key {
public:
  /// A fresh key with a random id; of an algorithm that signs, so not RS256.
  static key generate(algorithm value);

  /// A fresh key with the id `id`; nothing if the id is not valid or the algorithm only verifies.
  static std::optional<key> generate(algorithm value, std::string id);

  /// An HS256 key; nothing if the id is not valid or the secret is shorter than 32 bytes.
  static std::optional<key> from_secret(std::string id, std::string secret);

  /// An ES256 or EdDSA key from its private key in PKCS#8 DER; nothing if it is not a key of that algorithm.
  static std::optional<key> from_private_der(algorithm value, std::string id, std::string_view der);

  /// As `from_private_der`, from unencrypted PEM.
  static std::optional<key> from_private_pem(algorithm value, std::string id, std::string_view pem);

  /// A key that verifies only, from SubjectPublicKeyInfo in DER. RSA: 2048 to 8192 bits, a public exponent from 65537.
  static std::optional<key> from_public_der(algorithm value, std::string id, std::string_view der);

  const std::string& id() const { return id_; }
  algorithm signature_algorithm() const { return algorithm_; }

  /// Bytes in a signature: 64, 32 for HS256, those of the modulus for RS256.
  std::size_t signature_size() const;

  /// Whether `sign` works: false for keys of a public part alone.
  bool can_sign() const { return private_; }

  /// The raw signature in JOSE form (`r || s` for ES256) over `input`; empty if the key cannot sign.
  std::string sign(std::string_view input) const;

  /// Whether `signature` (JOSE form) is this key's signature over `input`.
  bool verify(std::string_view input, std::string_view signature) const;

  /// The private key as PKCS#8 DER, or the secret of an HS256 key; empty if there is none. Handle as a secret.
  std::string private_der() const;

  /// The private key as unencrypted PKCS#8 PEM; empty for HS256 and for public keys. Handle as a secret.
  std::string private_pem() const;

  /// The public part as a JWK object (RFC 7517, with `kid`, `alg` and `use`); empty for HS256, which has none.
  std::string public_jwk() const; // in jwk.cpp

private:
  key(algorithm value, std::string id, std::shared_ptr<EVP_PKEY> pair, std::string secret, bool can_sign);
  static std::optional<key> adopt(algorithm value, std::string id, EVP_PKEY* pair, bool can_sign);

  algorithm algorithm_;
  std::string id_;
  std::shared_ptr<EVP_PKEY> pair_;
  std::shared_ptr<const std::string> secret_;
  bool private_;
};

} // namespace callboard::jwt

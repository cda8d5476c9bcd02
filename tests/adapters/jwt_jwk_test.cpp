#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "adapters/jwt/jwk.hpp"
#include "adapters/jwt/secret_strength.hpp"
#include "tests/adapters/jwt_support.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

// RFC 7520, 3.3 and 4.1: an RSA key of 2048 bits and a token that it signed.
constexpr std::string_view rfc7520_modulus =
    "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_"
    "NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-"
    "OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0Z"
    "CuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw";
constexpr std::string_view rfc7520_token =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9."
    "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIG"
    "lm"
    "IHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4."
    "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-"
    "BDkoBwA78185"
    "hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_"
    "qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3"
    "xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg";

std::string rsa_jwk(std::string_view modulus, std::string_view exponent = "AQAB", std::string_view more = "") {
  return R"({"kty":"RSA","kid":"r","alg":"RS256","n":")" + std::string(modulus) + R"(","e":")" + std::string(exponent) +
         '"' + std::string(more) + '}';
}

/// The DER of the public part of a fresh RSA key.
std::string rsa_der(unsigned bits) {
  EVP_PKEY* pair = EVP_RSA_gen(bits);
  unsigned char* der = nullptr;
  const auto size = i2d_PUBKEY(pair, &der);
  std::string result(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  EVP_PKEY_free(pair);
  return result;
}

std::string with(const std::string& jwk, const std::string& name, boost::json::value value) {
  auto object = boost::json::parse(jwk).as_object();
  object[name] = std::move(value);
  return boost::json::serialize(object);
}

std::string without(const std::string& jwk, const std::string& name) {
  auto object = boost::json::parse(jwk).as_object();
  object.erase(name);
  return boost::json::serialize(object);
}

} // namespace

TEST_CASE("a key goes out as a JWK and comes back as one that verifies") {
  for (const auto algorithm : {jwt::algorithm::es256, jwt::algorithm::eddsa}) {
    CAPTURE(to_string(algorithm));
    const auto pair = *jwt::key::generate(algorithm, "k1");
    const auto key = jwt::key_from_jwk(pair.public_jwk());
    REQUIRE(key);
    CHECK(key->id() == "k1");
    CHECK(key->signature_algorithm() == algorithm);
    CHECK_FALSE(key->can_sign());
    CHECK(key->sign("text").empty());
    CHECK(key->verify("text", pair.sign("text")));
    CHECK_FALSE(key->verify("other", pair.sign("text")));
    CHECK(key->public_jwk() == pair.public_jwk());
    CHECK(jwt::key_from_jwk(pair.public_jwk(), "k2")->id() == "k2");
  }
}

TEST_CASE("a JWK must say what it is for, and that must be to verify with one algorithm of ours") {
  const auto jwk = jwt::key::generate(jwt::algorithm::es256, "k1")->public_jwk();
  REQUIRE(jwt::key_from_jwk(jwk));
  CHECK(jwt::key_from_jwk(without(jwk, "use")));
  CHECK(jwt::key_from_jwk(with(without(jwk, "use"), "key_ops", {"verify"})));
  CHECK(jwt::key_from_jwk(with(jwk, "key_ops", {"sign", "verify"})));
  for (const auto& changed : {with(jwk, "use", "enc"),
                              with(jwk, "use", {"sig"}),
                              with(jwk, "key_ops", {"encrypt"}),
                              with(jwk, "key_ops", boost::json::array{}),
                              with(jwk, "key_ops", {"verify", "verify"}),
                              with(jwk, "key_ops", "verify"),
                              with(jwk, "key_ops", {1}),
                              without(jwk, "alg"),
                              with(jwk, "alg", "ES384"),
                              with(jwk, "alg", "none"),
                              with(jwk, "alg", "HS256"),
                              with(jwk, "alg", "EdDSA"),
                              with(jwk, "alg", "RS256"),
                              without(jwk, "kty"),
                              with(jwk, "kty", "oct"),
                              with(jwk, "kty", "RSA"),
                              without(jwk, "kid"),
                              with(jwk, "kid", "../k"),
                              with(jwk, "crv", "P-384"),
                              with(jwk, "crv", "Ed25519"),
                              without(jwk, "x"),
                              with(jwk, "x", "AA"),
                              with(jwk, "x", std::string(43, 'A').c_str()),
                              with(jwk, "y", std::string(43, '_').c_str()),
                              with(jwk, "y", "{")}) {
    CAPTURE(changed);
    CHECK_FALSE(jwt::key_from_jwk(changed));
  }
}

TEST_CASE("a JWK is read strictly") {
  const auto jwk = jwt::key::generate(jwt::algorithm::es256, "k1")->public_jwk();
  const auto open = jwk.substr(0, jwk.size() - 1);
  CHECK(jwt::key_from_jwk(open + R"(,"x5c":["MIIB"],"other":"text"})"));
  for (const auto& text :
       {open + R"(,"alg":"ES256"})", open + R"(,"x5c":[["a"]]})", open + R"(,"x5c":[{}]})", open + R"(,"x":{}})",
        open + R"(,"n":null})", jwk + "x", '[' + jwk + ']', open, std::string(), std::string("null"),
        open + R"(,"pad":")" + std::string(17'000, 'a') + "\"}"}) {
    CAPTURE(text.substr(0, 400));
    CHECK_FALSE(jwt::key_from_jwk(text));
  }
}

TEST_CASE("an oct JWK is an HS256 key of 32 bytes or more") {
  const auto jwk = [](std::size_t size) {
    return R"({"kty":"oct","alg":"HS256","kid":"h","k":")" + crypto::base64url_encode(std::string(size, 's')) + "\"}";
  };
  const auto key = jwt::key_from_jwk(jwk(32));
  REQUIRE(key);
  CHECK(key->verify("text", jwt::key::from_secret("k", std::string(32, 's'))->sign("text")));
  CHECK_FALSE(jwt::key_from_jwk(jwk(31)));
  CHECK(key->public_jwk().empty());
}

TEST_CASE("the example of RFC 7520 section 4.1 verifies with RS256, and nothing else does") {
  const auto key = jwt::key_from_jwk(rsa_jwk(rfc7520_modulus));
  REQUIRE(key);
  CHECK_FALSE(key->can_sign());
  CHECK(key->signature_size() == 256);
  const auto accepted = jwt::verify_compact(*key, rfc7520_token);
  REQUIRE(std::holds_alternative<jwt::compact_jws>(accepted));
  CHECK(std::get<jwt::compact_jws>(accepted).payload.find("dangerous business") != std::string::npos);
  CHECK(key->public_jwk().find(rfc7520_modulus) != std::string::npos);
  for (const auto at : {std::size_t{100}, rfc7520_token.size() - 10}) {
    auto changed = std::string(rfc7520_token);
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    CHECK(std::get<jwt::verify_error>(jwt::verify_compact(*key, changed)) == jwt::verify_error::bad_signature);
  }
  // The public key as the secret of an HMAC: the key is RS256's alone.
  const auto forger = *jwt::key::from_secret("r", key->public_jwk());
  CHECK(std::get<jwt::verify_error>(jwt::verify_compact(*key, sign_raw(forger, R"({"alg":"HS256"})", "x"))) ==
        jwt::verify_error::algorithm_mismatch);
  CHECK(std::get<jwt::verify_error>(jwt::verify_compact(*key, sign_raw(forger, R"({"alg":"RS256"})", "x"))) ==
        jwt::verify_error::bad_signature);
}

TEST_CASE("RSA keys have 2048 to 8192 bits and a usual exponent, and never sign") {
  CHECK(jwt::key::from_public_der(jwt::algorithm::rs256, "r", rsa_der(2048)));
  CHECK_FALSE(jwt::key::from_public_der(jwt::algorithm::rs256, "r", rsa_der(1024)));
  CHECK_FALSE(jwt::key::from_public_der(jwt::algorithm::rs256, "r", rsa_der(2048) + 'x'));
  CHECK_FALSE(jwt::key::from_public_der(jwt::algorithm::es256, "r", rsa_der(2048)));
  CHECK_FALSE(jwt::key::generate(jwt::algorithm::rs256, "r"));
  CHECK_FALSE(jwt::key_from_jwk(rsa_jwk(std::string(rfc7520_modulus.substr(0, 340))))); // 2040 bits
  CHECK_FALSE(jwt::key_from_jwk(rsa_jwk("AA" + std::string(rfc7520_modulus))));         // a leading zero
  CHECK_FALSE(jwt::key_from_jwk(rsa_jwk(std::string(1400, '_'))));                      // 8400 bits
  for (const auto* exponent : {"Aw", "AQAA", "AQABAQABAQABAQAB", "", "AQAB=", "AA"}) {
    CAPTURE(exponent);
    CHECK_FALSE(jwt::key_from_jwk(rsa_jwk(rfc7520_modulus, exponent)));
  }
}

TEST_CASE("weak secrets are refused with the reason") {
  CHECK_FALSE(jwt::weakness_of_secret("kT9vR2xQ8mZ4wB7nJ5cH1gL6pD3sF0aY"));
  CHECK(jwt::weakness_of_secret("kT9vR2xQ8mZ4wB7nJ5cH1gL6pD3sF0a")->find("32 bytes") != std::string::npos);
  CHECK(jwt::weakness_of_secret("")->find("32 bytes") != std::string::npos);
  for (const auto& secret :
       {std::string("a-string-secret-at-least-256-bits-long"), std::string("A-STRING-SECRET-at-least-256-bits-long"),
        std::string("your-256-bit-secret-your-256-bit-secret"), std::string("supersecretkeyyoushouldnotcommit"),
        std::string("404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970")}) {
    CAPTURE(secret);
    CHECK(jwt::weakness_of_secret(secret).value_or("").find("well-known") != std::string::npos);
  }
  for (const auto& secret :
       {std::string(32, 'x'), std::string(64, '\0'), std::string("0123456789abcdef0123456789abcdef"),
        std::string("secretsecretsecretsecretsecretsec"), std::string("12345671234576123456712345671234")}) {
    CAPTURE(secret);
    CHECK(jwt::weakness_of_secret(secret).value_or("").find("guess") != std::string::npos);
  }
  for (const auto* secret : {"Change-Me_please-0123456789-abcdefgh", "My_Secret-Password-1234567890-xyz"}) {
    CAPTURE(secret);
    CHECK(jwt::weakness_of_secret(secret).value_or("").find("placeholder") != std::string::npos);
  }
}

#include "adapters/crypto/random.hpp"
#include "adapters/jwt/jwk.hpp"
#include "adapters/jwt/key_wrap.hpp"
#include "tests/adapters/jwt_support.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

using namespace callboard;
using namespace callboard::test;

namespace {

constexpr jwt::algorithm all_algorithms[] = {jwt::algorithm::es256, jwt::algorithm::eddsa, jwt::algorithm::hs256};

} // namespace

TEST_CASE("no key that is made has an id that a command line takes for an option") {
  for (int i = 0; i < 2'000; ++i) // one in 64 would begin with a dash
    CHECK(jwt::key::generate(jwt::algorithm::hs256).id().front() != '-');
}

TEST_CASE("algorithm names go both ways, in one spelling") {
  for (const auto algorithm : all_algorithms)
    CHECK(jwt::algorithm_from_string(jwt::to_string(algorithm)) == algorithm);
  CHECK(jwt::algorithm_from_string("RS256") == jwt::algorithm::rs256);
  for (const auto* name : {"", "none", "es256", "HS512", "RS384", "PS256"})
    CHECK_FALSE(jwt::algorithm_from_string(name));
}

TEST_CASE("key ids are short and plain") {
  CHECK(jwt::is_key_id("2026-01_a"));
  CHECK(jwt::is_key_id(std::string(64, 'a')));
  for (const auto& id : {std::string(), std::string(65, 'a'), std::string("a b"), std::string("a/b"), std::string("é"),
                         std::string("a\0b", 3)}) {
    CAPTURE(id);
    CHECK_FALSE(jwt::is_key_id(id));
    CHECK_FALSE(jwt::key::generate(jwt::algorithm::es256, id));
  }
  CHECK(jwt::key::generate(jwt::algorithm::es256).id() != jwt::key::generate(jwt::algorithm::es256).id());
}

TEST_CASE("HS256 wants a secret of at least 32 bytes") {
  CHECK_FALSE(jwt::key::from_secret("k", std::string(31, 's')));
  CHECK(jwt::key::from_secret("k", std::string(32, 's')));
}

TEST_CASE("the example of RFC 7515 appendix A.1 verifies") {
  const auto secret = crypto::base64url_decode(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  const auto key = jwt::key::from_secret("k", *secret);
  const std::string_view input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
                                 "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
                                 "Ijp0cnVlfQ";
  CHECK(crypto::base64url_encode(key->sign(input)) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST_CASE("the key and signature of RFC 8037 appendix A.4 come out of a private key in DER") {
  const std::string prefix("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16);
  const auto secret = crypto::base64url_decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
  const auto key = jwt::key::from_private_der(jwt::algorithm::eddsa, "k", prefix + *secret);
  REQUIRE(key);
  CHECK(key->public_jwk().find("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") != std::string::npos);
  CHECK(crypto::base64url_encode(key->sign("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc")) ==
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
}

TEST_CASE("private keys leave and come back as DER and PEM") {
  for (const auto algorithm : {jwt::algorithm::es256, jwt::algorithm::eddsa}) {
    CAPTURE(to_string(algorithm));
    const auto original = jwt::key::generate(algorithm);
    const auto from_der = jwt::key::from_private_der(algorithm, original.id(), original.private_der());
    const auto from_pem = jwt::key::from_private_pem(algorithm, original.id(), original.private_pem());
    REQUIRE(from_der);
    REQUIRE(from_pem);
    CHECK(from_der->public_jwk() == original.public_jwk());
    CHECK(original.verify("text", from_der->sign("text")));
    CHECK(original.verify("text", from_pem->sign("text")));
    CHECK_FALSE(jwt::key::from_private_der(algorithm, "k", original.private_der() + 'x'));
    CHECK_FALSE(jwt::key::from_private_der(algorithm, "k", "garbage"));
    CHECK_FALSE(jwt::key::from_private_pem(algorithm, "k", "garbage"));
    const auto other = algorithm == jwt::algorithm::es256 ? jwt::algorithm::eddsa : jwt::algorithm::es256;
    CHECK_FALSE(jwt::key::from_private_der(other, "k", original.private_der()));
  }
}

TEST_CASE("wrapped keys open only under the same secret, id and algorithm") {
  const auto secret = crypto::random_bytes(32);
  for (const auto algorithm : all_algorithms) {
    CAPTURE(to_string(algorithm));
    const auto original = *jwt::key::generate(algorithm, "k1");
    const auto wrapped = jwt::wrap_key(original, secret);
    REQUIRE(wrapped);
    CHECK(*wrapped != *jwt::wrap_key(original, secret));
    const auto opened = jwt::unwrap_key(algorithm, "k1", *wrapped, secret);
    REQUIRE(opened);
    CHECK(original.verify("text", opened->sign("text")));

    CHECK_FALSE(jwt::unwrap_key(algorithm, "k2", *wrapped, secret));
    CHECK_FALSE(jwt::unwrap_key(algorithm, "k1", *wrapped, crypto::random_bytes(32)));
    CHECK_FALSE(jwt::unwrap_key(algorithm, "k1", *wrapped, secret.substr(1)));
    CHECK_FALSE(jwt::unwrap_key(algorithm, "k1", "", secret));
    for (const auto other : all_algorithms)
      if (other != algorithm)
        CHECK_FALSE(jwt::unwrap_key(other, "k1", *wrapped, secret));
    const auto box = *crypto::base64url_decode(*wrapped);
    for (std::size_t i = 0; i < box.size(); ++i) {
      auto changed = box;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      CHECK_FALSE(jwt::unwrap_key(algorithm, "k1", crypto::base64url_encode(changed), secret));
      CHECK_FALSE(jwt::unwrap_key(algorithm, "k1", crypto::base64url_encode(box.substr(0, i)), secret));
    }
  }
  CHECK_FALSE(jwt::wrap_key(jwt::key::generate(jwt::algorithm::es256), "short"));
}

TEST_CASE("in a set the time says who signs and whose tokens are good") {
  using namespace std::chrono_literals;
  const jwt::key_time noon = token_time;
  jwt::key_set keys;
  CHECK(keys.signer(noon) == nullptr);
  REQUIRE(keys.add(*jwt::key::generate(jwt::algorithm::es256, "old"), {noon - 24h, noon + 17min}));
  CHECK_FALSE(keys.add(*jwt::key::generate(jwt::algorithm::eddsa, "old")));
  REQUIRE(keys.add(*jwt::key::generate(jwt::algorithm::eddsa, "new"), {noon, jwt::key_time::max()}));
  CHECK(keys.signer(noon - 25h) == nullptr);
  CHECK(keys.signer(noon - 1ms)->id() == "old");
  CHECK(keys.signer(noon)->id() == "new");

  auto content = example_claims();
  content.issued_at -= 1;
  const auto old_token = jwt::sign(keys, content);
  const auto new_token = jwt::sign(keys, example_claims());
  CHECK(old_token.substr(0, old_token.find('.')) != new_token.substr(0, new_token.find('.')));
  CHECK(verify_outcome(keys, old_token) == "accepted");
  CHECK(verify_outcome(keys, new_token) == "accepted");
  // Another node, whose clock is ahead, may sign with the new key already.
  CHECK(keys.find("new", noon - 1h) != nullptr);

  // A key that has ended is as if it were not there, also for whoever still has its private part.
  content.expires_at += 1'000'000;
  const auto forged = jwt::sign(keys, content);
  const auto outcome_at = [&](auto time) {
    return outcome(
        jwt::verify(keys, forged, expected_claims(), std::chrono::time_point_cast<std::chrono::seconds>(time)));
  };
  CHECK(outcome_at(noon + 17min - 1s) == "accepted");
  CHECK(outcome_at(noon + 17min) == "unknown_key");
  const auto shown = [&](jwt::key_time time) {
    return boost::json::parse(keys.jwks(time)).at("keys").as_array().size();
  };
  CHECK(shown(noon - 1h) == 2); // also the one that does not sign yet
  CHECK(shown(noon + 17min - 1ms) == 2);
  CHECK(shown(noon + 17min) == 1);
}

TEST_CASE("of keys that begin at the same time the one added last signs; one that cannot is passed over") {
  jwt::key_set keys;
  REQUIRE(keys.add(*jwt::key::generate(jwt::algorithm::es256, "first")));
  REQUIRE(keys.add(*jwt::key::generate(jwt::algorithm::es256, "second")));
  const auto pair = jwt::key::generate(jwt::algorithm::es256);
  REQUIRE(keys.add(*jwt::key_from_jwk(pair.public_jwk(), "public"), {token_time, jwt::key_time::max()}));
  CHECK(keys.signer(token_time)->id() == "second");
  CHECK(keys.find("public", token_time) != nullptr);
}

TEST_CASE("a set is bounded") {
  jwt::key_set keys;
  for (std::size_t i = 0; i < jwt::key_set::maximum_keys; ++i)
    REQUIRE(keys.add(*jwt::key::from_secret("k" + std::to_string(i), std::string(32, 's'))));
  CHECK_FALSE(keys.add(jwt::key::generate(jwt::algorithm::hs256)));
}

TEST_CASE("the JWKS shows public parts only") {
  jwt::key_set keys;
  CHECK(keys.jwks(token_time) == R"({"keys":[]})");
  keys.add(*jwt::key::generate(jwt::algorithm::hs256, "secret"));
  CHECK(keys.jwks(token_time) == R"({"keys":[]})");
  keys.add(*jwt::key::generate(jwt::algorithm::es256, "ec"));
  keys.add(*jwt::key::generate(jwt::algorithm::eddsa, "ed"));
  const auto list = boost::json::parse(keys.jwks(token_time)).at("keys").as_array();
  REQUIRE(list.size() == 2);
  CHECK(list[0].at("kty") == "EC");
  CHECK(list[0].at("crv") == "P-256");
  CHECK(list[0].at("alg") == "ES256");
  CHECK(list[0].at("use") == "sig");
  CHECK(list[0].at("kid") == "ec");
  CHECK(list[0].at("x").as_string().size() == 43);
  CHECK(list[0].at("y").as_string().size() == 43);
  CHECK(list[1].at("kty") == "OKP");
  CHECK(list[1].at("crv") == "Ed25519");
  CHECK(list[1].at("x").as_string().size() == 43);
  for (const auto& entry : list)
    for (const auto* secret : {"d", "k"})
      CHECK_FALSE(entry.as_object().contains(secret));
}

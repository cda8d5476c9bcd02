#include "tests/adapters/jwt_support.hpp"

#include <doctest/doctest.h>
#include <thread>
#include <vector>

using namespace callboard;
using namespace callboard::test;
using namespace std::string_literals;

namespace {

constexpr jwt::algorithm all_algorithms[] = {jwt::algorithm::es256, jwt::algorithm::eddsa, jwt::algorithm::hs256};

jwt::key_set set_of(jwt::algorithm algorithm) {
  jwt::key_set keys;
  keys.add(*jwt::key::generate(algorithm, "k1"));
  return keys;
}

std::string header_of(std::string_view algorithm) {
  return R"({"alg":")" + std::string(algorithm) + R"(","kid":"k1","typ":"at+jwt"})";
}

} // namespace

TEST_CASE("a signed token gives its claims back, with every algorithm") {
  for (const auto algorithm : all_algorithms) {
    CAPTURE(to_string(algorithm));
    const auto keys = set_of(algorithm);
    const auto token = jwt::sign(keys, example_claims());
    const auto result = jwt::verify(keys, token, expected_claims(), token_time);
    REQUIRE(outcome(result) == "accepted");
    CHECK(std::get<jwt::claims>(result) == example_claims());
  }
}

TEST_CASE("text that JSON must escape survives") {
  const auto keys = set_of(jwt::algorithm::es256);
  auto content = example_claims();
  content.subject = "quote \" backslash \\ newline \n, Привет, \x01";
  const auto result = jwt::verify(keys, jwt::sign(keys, content), expected_claims(), token_time);
  REQUIRE(outcome(result) == "accepted");
  CHECK(std::get<jwt::claims>(result) == content);
}

TEST_CASE("a set without a signing key signs nothing") {
  CHECK(jwt::sign({}, example_claims()).empty());
}

TEST_CASE("a token with any byte changed is refused, with every algorithm") {
  for (const auto algorithm : all_algorithms) {
    CAPTURE(to_string(algorithm));
    const auto keys = set_of(algorithm);
    const auto token = jwt::sign(keys, example_claims());
    for (std::size_t i = 0; i < token.size(); ++i) {
      CAPTURE(i);
      auto changed = token;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      CHECK(verify_outcome(keys, changed) != "accepted");
      CHECK(verify_outcome(keys, token.substr(0, i)) != "accepted");
    }
    CHECK(verify_outcome(keys, token) == "accepted");
  }
}

TEST_CASE("tokens of the wrong form are refused") {
  const auto keys = set_of(jwt::algorithm::es256);
  const auto token = jwt::sign(keys, example_claims());
  const auto first = token.find('.');
  const auto second = token.rfind('.');
  const auto header = token.substr(0, first);
  const auto payload = token.substr(first + 1, second - first - 1);
  const auto signature = token.substr(second + 1);

  CHECK(verify_outcome(keys, "") == "malformed");
  CHECK(verify_outcome(keys, "..") == "bad_header");
  CHECK(verify_outcome(keys, "eyJhbGciOiJFUzI1NiJ9.e30.A=") == "malformed");
  CHECK(verify_outcome(keys, header + '.' + payload) == "malformed");
  CHECK(verify_outcome(keys, header + '.' + payload + '.') == "bad_signature");
  CHECK(verify_outcome(keys, token + '.') == "malformed");
  CHECK(verify_outcome(keys, token + ".e30") == "malformed");
  CHECK(verify_outcome(keys, token + "==") == "malformed");
  CHECK(verify_outcome(keys, header + "=." + payload + '.' + signature) == "malformed");
  CHECK(verify_outcome(keys, ' ' + token) == "malformed");
  CHECK(verify_outcome(keys, token + '\n') == "malformed");
  CHECK(verify_outcome(keys, token + std::string(1, '\0')) == "malformed");
  CHECK(verify_outcome(keys, "Bearer " + token) == "malformed");
  CHECK(verify_outcome(keys, R"({"payload":"e30","protected":"e30","signature":""})") == "malformed");
  CHECK(verify_outcome(keys, std::string(8193, 'A')) == "too_large");
  CHECK(verify_outcome(keys, token + std::string(8193 - token.size(), 'A')) == "too_large");
}

TEST_CASE("a second spelling of the same signature bytes is refused") {
  const auto keys = set_of(jwt::algorithm::es256);
  auto token = jwt::sign(keys, example_claims());
  // 64 bytes end in two base64 characters of which the last has four unused bits; set one of them.
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  token.back() = alphabet[alphabet.find(token.back()) | 1];
  CHECK(verify_outcome(keys, token) == "malformed");
}

TEST_CASE("headers other than the four plain fields are refused although the signature holds") {
  const auto keys = set_of(jwt::algorithm::es256);
  const auto& signer = *keys.signer(token_time);
  const auto with = [&](std::string_view header) {
    return verify_outcome(keys, sign_raw(signer, header, example_payload()));
  };
  REQUIRE(with(R"({"alg":"ES256","kid":"k1","typ":"at+jwt"})") == "accepted");
  REQUIRE(with(R"({"alg":"ES256","kid":"k1","typ":"at+jwt","cty":"x"})") == "accepted");
  for (const auto* extra :
       {R"("crit":["exp"])", R"("crit":[])", R"("b64":false)", R"("jku":"https://evil.example/keys")",
        R"("x5u":"https://evil.example/cert")", R"("x5c":["MIIB"])", R"("jwk":{"kty":"EC"})", R"("zip":"DEF")",
        R"("enc":"A256GCM")", R"("x5t":"AA")", R"("unknown":"1")", R"("alg":"ES256")", R"("kid":"k1")",
        R"("\u0061lg":"ES256")", R"("typ":"at+jwt")"}) {
    CAPTURE(extra);
    const auto result = with(std::string(R"({"alg":"ES256","kid":"k1","typ":"at+jwt",)") + extra + '}');
    CHECK((result == "unsupported_header" || result == "bad_header"));
  }
  CHECK(with(R"({"alg":"ES256","kid":"k1","typ":"at+jwt","crit":"exp"})") == "unsupported_header");
  CHECK(with(R"({"alg":"none","alg":"ES256","kid":"k1","typ":"at+jwt"})") == "bad_header");
  CHECK(with(R"({"alg":"ES256","kid":1,"typ":"at+jwt"})") == "bad_header");
  CHECK(with(R"({"alg":["ES256"],"kid":"k1","typ":"at+jwt"})") == "bad_header");
  CHECK(with(R"({"kid":"k1","typ":"at+jwt"})") == "bad_header");
  for (const auto* header : {"", "{", "[]", "null", "\"x\"", "{}x", "{} {}", "{\"alg\":\"ES256\",}", "{'alg':'ES256'}",
                             "{\"alg\":\"ES\n256\"}", "{\"alg\":\"\xff\"}", "/**/{\"alg\":\"ES256\"}"}) {
    CAPTURE(header);
    CHECK(with(header) == "bad_header");
  }
}

TEST_CASE("the key fixes the algorithm") {
  const auto keys = set_of(jwt::algorithm::es256);
  const auto& signer = *keys.signer(token_time);
  for (const auto* name :
       {"none", "None", "nOnE", "", "HS256", "EdDSA", "ES384", "RS256", "es256", "ES256 ", "ESP256"}) {
    CAPTURE(name);
    CHECK(verify_outcome(keys, sign_raw(signer, header_of(name), example_payload())) == "algorithm_mismatch");
  }
  const auto unsigned_input =
      crypto::base64url_encode(header_of("none")) + '.' + crypto::base64url_encode(example_payload());
  CHECK(verify_outcome(keys, unsigned_input + '.') == "algorithm_mismatch");
}

TEST_CASE("a public key does not serve as the secret of HS256") {
  const auto keys = set_of(jwt::algorithm::es256);
  // Whatever spelling of the public key an attacker takes as the secret, the key's algorithm stays ES256.
  const auto forger = *jwt::key::from_secret("k1", keys.signer(token_time)->public_jwk());
  CHECK(verify_outcome(keys, sign_raw(forger, header_of("HS256"), example_payload())) == "algorithm_mismatch");
  CHECK(verify_outcome(keys, sign_raw(forger, header_of("ES256"), example_payload())) == "bad_signature");
}

TEST_CASE("the key id is required, checked and looked up") {
  const auto keys = set_of(jwt::algorithm::es256);
  const auto& signer = *keys.signer(token_time);
  const auto with = [&](const std::string& id_field) {
    return verify_outcome(keys,
                          sign_raw(signer, R"({"alg":"ES256","typ":"at+jwt")" + id_field + '}', example_payload()));
  };
  CHECK(with(R"(,"kid":"k1")") == "accepted");
  CHECK(with("") == "unknown_key");
  for (const auto* id : {"", "k2", "K1", "k1 ", "../k1", "k1\\u0000", "' OR 1=1 --", "/dev/null"}) {
    CAPTURE(id);
    CHECK(with(R"(,"kid":")" + std::string(id) + '"') == "unknown_key");
  }
  CHECK(with(R"(,"kid":")" + std::string(65, 'k') + '"') == "unknown_key");

  jwt::key_set others;
  others.add(*jwt::key::generate(jwt::algorithm::es256, "k1"));
  CHECK(verify_outcome(others, jwt::sign(keys, example_claims())) == "bad_signature");
}

TEST_CASE("ES256 takes r and s of 32 bytes, both not zero, and no DER") {
  const auto keys = set_of(jwt::algorithm::es256);
  const auto input = crypto::base64url_encode(header_of("ES256")) + '.' + crypto::base64url_encode(example_payload());
  const auto with = [&](std::string_view signature) {
    return verify_outcome(keys, input + '.' + crypto::base64url_encode(signature));
  };
  const auto good = keys.signer(token_time)->sign(input);
  REQUIRE(with(good) == "accepted");
  const std::string zero(32, '\0');
  CHECK(with(zero + zero) == "bad_signature");
  CHECK(with(zero + good.substr(32)) == "bad_signature");
  CHECK(with(good.substr(0, 32) + zero) == "bad_signature");
  CHECK(with(good.substr(32) + good.substr(0, 32)) == "bad_signature");
  CHECK(with(good.substr(0, 63)) == "bad_signature");
  CHECK(with(good + '\0') == "bad_signature");
  CHECK(with('\0' + good) == "bad_signature");
  CHECK(with(std::string(64, '\xff')) == "bad_signature");
  // The order of the curve as r and s: out of range.
  const std::string order = "\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"
                            "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51"s;
  CHECK(with(order + good.substr(32)) == "bad_signature");
  CHECK(with(good.substr(0, 32) + order) == "bad_signature");
  const auto der_of = [](std::string_view number) {
    std::string text(number.substr(number.find_first_not_of('\0')));
    if ((text.front() & 0x80) != 0)
      text.insert(text.begin(), '\0');
    return std::string{'\x02', static_cast<char>(text.size())} + text;
  };
  const auto body = der_of(std::string_view(good).substr(0, 32)) + der_of(std::string_view(good).substr(32));
  CHECK(with(std::string{'\x30', static_cast<char>(body.size())} + body) == "bad_signature");
}

TEST_CASE("small r and s, with leading zero bytes, round trip") {
  // About one signature in 128 has a leading zero byte in r or s; 2,000 of them make sure some are among these.
  const auto signer = jwt::key::generate(jwt::algorithm::es256);
  int short_numbers = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto signature = signer.sign("message " + std::to_string(i));
    REQUIRE(signature.size() == 64);
    short_numbers += signature[0] == '\0' || signature[32] == '\0';
    if (signature[0] == '\0' || signature[32] == '\0' || i % 20 == 0)
      REQUIRE(signer.verify("message " + std::to_string(i), signature));
  }
  CHECK(short_numbers > 0);
}

TEST_CASE("the kind of token is checked") {
  const auto keys = set_of(jwt::algorithm::es256);
  CHECK(verify_outcome(keys, jwt::sign(keys, example_claims(), "JWT")) == "wrong_type");
  CHECK(verify_outcome(keys, jwt::sign(keys, example_claims(), "AT+JWT")) == "wrong_type");
  CHECK(verify_outcome(keys, sign_raw(*keys.signer(token_time), R"({"alg":"ES256","kid":"k1"})", example_payload())) ==
        "wrong_type");
  auto expected = expected_claims();
  expected.type = "reset+jwt";
  CHECK(outcome(jwt::verify(keys, jwt::sign(keys, example_claims(), "reset+jwt"), expected, token_time)) == "accepted");
  CHECK(outcome(jwt::verify(keys, jwt::sign(keys, example_claims()), expected, token_time)) == "wrong_type");
}

TEST_CASE("issuer and audience must be ours") {
  const auto keys = set_of(jwt::algorithm::es256);
  auto content = example_claims();
  content.issuer = "https://other.example";
  CHECK(verify_outcome(keys, jwt::sign(keys, content)) == "wrong_issuer");
  content = example_claims();
  content.audience = "other";
  CHECK(verify_outcome(keys, jwt::sign(keys, content)) == "wrong_audience");
}

TEST_CASE("times are checked to the second, with the leeway") {
  using namespace std::chrono_literals;
  const auto keys = set_of(jwt::algorithm::es256);
  const auto token = jwt::sign(keys, example_claims()); // lives 900 s
  auto expected = expected_claims();
  expected.leeway = 5s;
  const auto at = [&](std::chrono::seconds offset) {
    return outcome(jwt::verify(keys, token, expected, token_time + offset));
  };
  CHECK(at(-6s) == "not_yet_valid");
  CHECK(at(-5s) == "accepted");
  CHECK(at(904s) == "accepted");
  CHECK(at(905s) == "expired");
  expected.leeway = 0s;
  CHECK(at(-1s) == "not_yet_valid");
  CHECK(at(899s) == "accepted");
  CHECK(at(900s) == "expired");
}

TEST_CASE("claims must be there and of their type") {
  const auto keys = set_of(jwt::algorithm::es256);
  const auto with = [&](const std::string& payload) {
    return verify_outcome(keys, sign_raw(*keys.signer(token_time), header_of("ES256"), payload));
  };
  const auto changed = [](std::string_view from, std::string_view to) {
    auto payload = example_payload();
    const auto position = payload.find(from);
    REQUIRE(position != std::string::npos);
    return payload.replace(position, from.size(), to);
  };
  REQUIRE(with(example_payload()) == "accepted");
  for (const auto* name : {"iss", "aud", "sub", "sid", "role", "jti", "iat", "exp"}) {
    CAPTURE(name);
    CHECK(with(changed('"' + std::string(name) + '"', "\"other\"")) == "bad_claims");
  }
  CHECK(with(changed(R"("42")", "42")) == "bad_claims");
  CHECK(with(changed(R"("42")", R"("")")) == "bad_claims");
  CHECK(with(changed(R"("42")", "null")) == "bad_claims");
  CHECK(with(changed(R"("callboard")", R"(["callboard"])")) == "bad_claims");
  CHECK(with(changed("1800000900", R"("1800000900")")) == "bad_claims");
  CHECK(with(changed("1800000900", "1800000900.5")) == "bad_claims");
  CHECK(with(changed("1800000900", "1e30")) == "bad_claims");
  CHECK(with(changed("1800000900", "true")) == "bad_claims");
  CHECK(with(changed("1800000900", "-1")) == "bad_claims");
  CHECK(with(changed("1800000900", "1800000000")) == "bad_claims");
  CHECK(with(changed("1800000900", "18446744073709551615")) == "bad_claims");
  CHECK(with(changed("1800000900", "9223372036854775807")) == "accepted");
  CHECK(with(changed("1800000000", "-5")) == "bad_claims");
  CHECK(with(changed("}", R"(,"role":"admin"})")) == "bad_claims");
  CHECK(with(changed("}", R"(,"nbf":1800000005})")) == "accepted");
  CHECK(with(changed("}", R"(,"nbf":1800000006})")) == "not_yet_valid");
  CHECK(with(changed("}", R"(,"nbf":9223372036854775807})")) == "not_yet_valid");
  CHECK(with(changed("}", R"(,"nbf":"now"})")) == "bad_claims");
  CHECK(with(changed("}", R"(,"nbf":-1})")) == "bad_claims");
  CHECK(with(changed("}", R"(,"extra":"text"})")) == "accepted");
  for (const auto* payload : {"", "{}", "[]", "null", "Test", "{\"iss\":{}}"}) {
    CAPTURE(payload);
    CHECK(with(payload) == "bad_claims");
  }
  std::string many = "{";
  for (int i = 0; i < 17; ++i)
    many += "\"f" + std::to_string(i) + "\":1,";
  many.back() = '}';
  CHECK(with(many) == "bad_claims");
}

TEST_CASE("the payload is decoded only after the signature holds") {
  const auto keys = set_of(jwt::algorithm::es256);
  const auto input = crypto::base64url_encode(header_of("ES256")) + ".not base64!";
  CHECK(verify_outcome(keys, input + '.' + crypto::base64url_encode(std::string(64, 'x'))) == "bad_signature");
  CHECK(verify_outcome(keys, input + '.' + crypto::base64url_encode(keys.signer(token_time)->sign(input))) ==
        "malformed");
}

TEST_CASE("many threads verify with one key set") {
  for (const auto algorithm : all_algorithms) {
    const auto keys = set_of(algorithm);
    const auto token = jwt::sign(keys, example_claims());
    std::vector<int> accepted(4);
    std::vector<std::thread> threads;
    for (auto& count : accepted)
      threads.emplace_back([&keys, &token, &count] {
        for (int i = 0; i < 200; ++i)
          count += verify_outcome(keys, token) == "accepted";
      });
    for (auto& thread : threads)
      thread.join();
    for (const int count : accepted)
      CHECK(count == 200);
  }
}

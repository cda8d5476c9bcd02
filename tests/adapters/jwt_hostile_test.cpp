// Tokens as an attacker would make them, against sets with keys of every algorithm that signs.

#include <doctest/doctest.h>

#include "adapters/jwt/jwk.hpp"
#include "tests/adapters/jwt_support.hpp"

using namespace callboard;
using namespace callboard::test;

namespace {

constexpr jwt::algorithm all_algorithms[] = {jwt::algorithm::es256, jwt::algorithm::eddsa, jwt::algorithm::hs256};
constexpr const char* all_names[] = {"ES256", "EdDSA", "HS256", "RS256", "none"};

struct victim {
  jwt::key key;
  jwt::key_set set;
};

victim make_victim(jwt::algorithm algorithm) {
  victim made{*jwt::key::generate(algorithm, "k1"), {}};
  made.set.add(made.key);
  return made;
}

std::string header(std::string_view algorithm, std::string_view more = "") {
  return R"({"alg":")" + std::string(algorithm) + R"(","kid":"k1","typ":"at+jwt")" + std::string(more) + '}';
}

/// The three parts of a good token.
struct parts {
  std::string header, payload, signature;
  std::string joined() const { return header + '.' + payload + '.' + signature; }
};

parts parts_of(const std::string& token) {
  const auto first = token.find('.'), second = token.rfind('.');
  return {token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1)};
}

} // namespace

TEST_CASE("whatever algorithm a token names, only the one of its key is taken") {
  for (const auto algorithm : all_algorithms) {
    const auto [key, set] = make_victim(algorithm);
    for (const auto* name : all_names) {
      CAPTURE(to_string(algorithm));
      CAPTURE(name);
      const auto expected = name == to_string(algorithm) ? "accepted" : "algorithm_mismatch";
      CHECK(verify_outcome(set, sign_raw(key, header(name), example_payload())) == expected);
    }
  }
}

TEST_CASE("no public form of a key serves as a secret") {
  for (const auto algorithm : {jwt::algorithm::es256, jwt::algorithm::eddsa}) {
    const auto [key, set] = make_victim(algorithm);
    const auto jwk = key.public_jwk();
    const auto x = jwk.substr(jwk.find(R"("x":")") + 5, 43);
    for (const auto& secret : {jwk, set.jwks(token_time), x + x, *crypto::base64url_decode(x)}) {
      const auto forger = *jwt::key::from_secret("k1", secret);
      for (const auto* name : all_names) {
        CAPTURE(to_string(algorithm));
        CAPTURE(name);
        CHECK(verify_outcome(set, sign_raw(forger, header(name), example_payload())) != "accepted");
      }
    }
  }
}

TEST_CASE("tokens without a signature are refused under every spelling of none") {
  for (const auto algorithm : all_algorithms) {
    const auto [key, set] = make_victim(algorithm);
    for (const auto* name : {"none", "None", "NONE", "nOnE", "", "null", "ES256", "EdDSA", "HS256"}) {
      CAPTURE(name);
      const auto input = crypto::base64url_encode(header(name)) + '.' + crypto::base64url_encode(example_payload());
      for (const auto& token : {input + '.', input, input + ".AA", input + ".bm9uZQ"})
        CHECK(verify_outcome(set, token) != "accepted");
    }
    const auto input = crypto::base64url_encode(R"({"alg":null,"kid":"k1","typ":"at+jwt"})") + '.' +
                       crypto::base64url_encode(example_payload());
    CHECK(verify_outcome(set, input + '.') == "bad_header");
  }
}

TEST_CASE("a key id is a name, never a path, a query or a command") {
  const auto [key, set] = make_victim(jwt::algorithm::es256);
  for (const auto* id : {"../../../../../../dev/null",
                         "/proc/sys/kernel/randomize_va_space",
                         "file:///dev/null",
                         "http://evil.example/k1",
                         "k1' UNION SELECT 'secret' --",
                         "k1'; DROP TABLE signing_keys; --",
                         "' OR '1'='1",
                         "k1|id",
                         "$(id)",
                         "`id`",
                         "%00k1",
                         "k1%00",
                         "k1\\u0000",
                         "\\u0000",
                         "k1\\n",
                         "k1\\/",
                         " k1",
                         "k1 ",
                         "K1",
                         "k*",
                         "{\\\"kid\\\":\\\"k1\\\"}",
                         "\xd0\xba\x31",
                         "\\ud83d\\ude00",
                         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    CAPTURE(id);
    const auto text = R"({"alg":"ES256","typ":"at+jwt","kid":")" + std::string(id) + "\"}";
    CHECK(verify_outcome(set, sign_raw(key, text, example_payload())) == "unknown_key");
  }
  const auto overlong = R"({"alg":"ES256","typ":"at+jwt","kid":")" + std::string(5'000, 'k') + "\"}";
  CHECK(verify_outcome(set, sign_raw(key, overlong, example_payload())) == "unknown_key");
  for (const auto* id : {"1", "null", "true", "[\"k1\"]", "{\"k1\":1}", "1e999", "\"\\ud800\""}) {
    CAPTURE(id);
    const auto text = R"({"alg":"ES256","typ":"at+jwt","kid":)" + std::string(id) + '}';
    CHECK(verify_outcome(set, sign_raw(key, text, example_payload())) == "bad_header");
  }
}

TEST_CASE("a header member that comes twice is refused, however it is spelt") {
  const auto [key, set] = make_victim(jwt::algorithm::es256);
  for (const auto* twice :
       {R"({"alg":"ES256","alg":"ES256","kid":"k1","typ":"at+jwt"})", R"({"alg":"none","\u0061lg":"ES256","kid":"k1"})",
        R"({"alg":"ES256","kid":"k1","kid":"k2","typ":"at+jwt"})", R"({"kid":"k2","alg":"ES256","kid":"k1"})",
        R"({"alg":"ES256","kid":"k1","typ":"JWT","typ":"at+jwt"})"}) {
    CAPTURE(twice);
    CHECK(verify_outcome(set, sign_raw(key, twice, example_payload())) == "bad_header");
  }
}

TEST_CASE("a claim that comes twice is refused, however it is spelt") {
  const auto [key, set] = make_victim(jwt::algorithm::es256);
  const auto open = example_payload().substr(0, example_payload().size() - 1);
  REQUIRE(verify_outcome(set, sign_raw(key, header("ES256"), example_payload())) == "accepted");
  for (const auto* more : {R"(,"sub":"1"})", R"(,"\u0073ub":"1"})", R"(,"exp":9999999999})", R"(,"role":"admin"})",
                           R"(,"r\u006fle":"admin"})", R"(,"x":1,"x":1})"}) {
    CAPTURE(more);
    CHECK(verify_outcome(set, sign_raw(key, header("ES256"), open + more)) == "bad_claims");
  }
}

TEST_CASE("critical headers are refused, known and unknown ones") {
  const auto [key, set] = make_victim(jwt::algorithm::es256);
  for (const auto* more :
       {R"(,"crit":["exp"],"exp":1)", R"(,"crit":["b64"],"b64":true)", R"(,"crit":["b64"],"b64":false)",
        R"(,"crit":["http://example.com/x"],"http://example.com/x":1)", R"(,"crit":[])", R"(,"crit":["alg"])",
        R"(,"crit":"alg")", R"(,"crit":null)", R"(,"crit":"")"}) {
    CAPTURE(more);
    const auto result = verify_outcome(set, sign_raw(key, header("ES256", more), example_payload()));
    CHECK((result == "unsupported_header" || result == "bad_header"));
  }
}

TEST_CASE("a key that a token brings along is not looked at") {
  const auto [key, set] = make_victim(jwt::algorithm::es256);
  const auto own = *jwt::key::generate(jwt::algorithm::es256, "k1");
  const auto embedded = R"(,"jwk":)" + own.public_jwk();
  CHECK(verify_outcome(set, sign_raw(own, header("ES256", embedded), example_payload())) == "bad_header");
  for (const auto* more : {R"(,"jku":"https://evil.example/jwks.json")", R"(,"x5u":"https://evil.example/c.pem")",
                           R"(,"x5t":"AA")", R"(,"x5t#S256":"AA")", R"(,"epk":"x")", R"(,"zip":"DEF")"}) {
    CAPTURE(more);
    CHECK(verify_outcome(set, sign_raw(own, header("ES256", more), example_payload())) == "unsupported_header");
    CHECK(verify_outcome(set, sign_raw(key, header("ES256", more), example_payload())) == "unsupported_header");
  }
}

TEST_CASE("base64url has one spelling: no padding, other alphabet, space, garbage or unused bits in any part") {
  for (const auto algorithm : all_algorithms) {
    const auto [key, set] = make_victim(algorithm);
    const auto good = parts_of(jwt::sign(set, example_claims()));
    REQUIRE(verify_outcome(set, good.joined()) == "accepted");
    for (auto part : {&parts::header, &parts::payload, &parts::signature}) {
      const auto changed = [&](const std::string& text) {
        auto other = good;
        other.*part = text;
        return verify_outcome(set, other.joined());
      };
      const auto& text = good.*part;
      for (const auto* end : {"=", "==", "===", "A", " ", "\n", "\r\n", "\t", "%3D", "?", "+", "/", "\xc2\xa0"}) {
        CAPTURE(end);
        CHECK(changed(text + end) != "accepted");
        CHECK(changed(end + text) != "accepted");
        CHECK(changed(text.substr(0, 5) + end + text.substr(5)) != "accepted");
      }
      CHECK(changed(text + std::string(1, '\0')) != "accepted");
      CHECK(changed("") != "accepted");
    }
  }
  // Signed by the true key as they are, so that it is the spelling alone they are refused for.
  const auto [key, set] = make_victim(jwt::algorithm::es256);
  const auto sign_text = [&key = key](const std::string& first, const std::string& second) {
    const auto input = first + '.' + second;
    return input + '.' + crypto::base64url_encode(key.sign(input));
  };
  const auto head = crypto::base64url_encode(header("ES256")), body = crypto::base64url_encode(example_payload());
  REQUIRE(verify_outcome(set, sign_text(head, body)) == "accepted");
  for (const auto* end : {"=", "==", " ", "?", "\n", "+", "/"}) {
    CAPTURE(end);
    CHECK(verify_outcome(set, sign_text(head + end, body)) == "malformed");
    CHECK(verify_outcome(set, sign_text(head, body + end)) == "malformed");
  }
}

TEST_CASE("a token is measured before it is looked at") {
  const auto [key, set] = make_victim(jwt::algorithm::hs256);
  // Each would be refused for something else too, at a cost, were it read.
  for (const auto& token :
       {std::string(10'000'000, '.'), std::string(10'000'000, 'A'), std::string(jwt::maximum_token_size + 1, '='),
        jwt::sign(set, example_claims()) + std::string(1'000'000, ' ')})
    CHECK(verify_outcome(set, token) == "too_large");
  const auto padded = [&key = key](std::size_t size) {
    const auto open = example_payload().substr(0, example_payload().size() - 1) + R"(,"pad":")";
    return sign_raw(key, header("HS256"), open + std::string(size, 'x') + "\"}");
  };
  std::size_t size = 5'000;
  while (padded(size).size() < jwt::maximum_token_size - 3)
    ++size;
  CHECK(verify_outcome(set, padded(size)) == "accepted");
  CHECK(verify_outcome(set, padded(size + 10)) == "too_large");
}

TEST_CASE("what is nested, long or plentiful within the bound is refused without being built") {
  const auto [key, set] = make_victim(jwt::algorithm::es256);
  for (const auto& text : {std::string(4'000, '['), std::string(4'000, '{'), R"({"a":)" + std::string(3'000, '['),
                           '{' + std::string(3'000, ' ') + '}' + 'x', '"' + std::string(4'000, 'a') + '"'}) {
    CHECK(verify_outcome(set, sign_raw(key, text, example_payload())) == "bad_header");
    CHECK(verify_outcome(set, sign_raw(key, header("ES256"), text)) == "bad_claims");
  }
  std::string many = "{";
  for (int i = 0; i < 400; ++i)
    many += "\"m" + std::to_string(i) + "\":\"v\",";
  many.back() = '}';
  CHECK(verify_outcome(set, sign_raw(key, many, example_payload())) == "bad_header");
  CHECK(verify_outcome(set, sign_raw(key, header("ES256"), many)) == "bad_claims");
}

TEST_CASE("clocks may differ by the leeway and no more, also for nbf, with every algorithm") {
  using namespace std::chrono_literals;
  for (const auto algorithm : all_algorithms) {
    const auto [key, set] = make_victim(algorithm);
    const auto open = example_payload().substr(0, example_payload().size() - 1);
    const auto token = sign_raw(key, header(to_string(algorithm)), open + R"(,"nbf":1800000010})");
    const auto at = [&](std::chrono::seconds offset) {
      return outcome(jwt::verify(set, token, expected_claims(), token_time + offset));
    };
    CHECK(at(4s) == "not_yet_valid");
    CHECK(at(5s) == "accepted");
    CHECK(at(904s) == "accepted");
    CHECK(at(905s) == "expired");
    CHECK(at(std::chrono::seconds{-1'800'000'000}) == "not_yet_valid");
    CHECK(at(std::chrono::seconds{1'000'000'000'000}) == "expired");
  }
}

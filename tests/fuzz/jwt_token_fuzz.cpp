// Access tokens. An input that begins with T goes on as a token; one with H or E has a header, a separator and a
// payload, which get a true signature by HS256 or EdDSA: what is behind the signature is tried too.
//
// Always so: an accepted token is byte by byte what one of our keys signs; its header and claims, read by another
// parser, say what was expected, in time; and the same token with a bit changed anywhere is refused.
#include <chrono>

#include "adapters/crypto/base64.hpp"
#include "adapters/jwt/jwk.hpp"
#include "adapters/jwt/token.hpp"
#include "tests/fuzz/encoding.hpp"

using namespace callboard;
using fuzz::require;

namespace {

constexpr std::chrono::sys_seconds now{std::chrono::seconds{1'800'000'000}};

const jwt::expectations& expected() {
  static const jwt::expectations claims{.issuer = "https://chat.example", .audience = "callboard"};
  return claims;
}

/// Keys that sign the same bytes in the same way each time, and of ES256 the public one of RFC 7515, A.3.
struct all_keys {
  jwt::key secret = *jwt::key::from_secret("hs", "a secret of thirty-two bytes, no less");
  jwt::key pair = *jwt::key::from_private_der( // RFC 8037, A.1
      jwt::algorithm::eddsa, "ed",
      std::string("\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20", 16) +
          *crypto::base64url_decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"));
  jwt::key_set set;

  all_keys() {
    set.add(secret);
    set.add(pair);
    set.add(*jwt::key_from_jwk(R"({"kty":"EC","alg":"ES256","crv":"P-256",)"
                               R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                               R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
                               "es"));
  }
};

const all_keys& keys() {
  static const all_keys made;
  return made;
}

bool is_accepted(std::string_view token) {
  return std::holds_alternative<jwt::claims>(jwt::verify(keys().set, token, expected(), now));
}

std::string signed_by(const jwt::key& key, std::string_view input) {
  return std::string{input} + '.' + crypto::base64url_encode(key.sign(input));
}

boost::json::object part(std::string_view encoded) {
  auto text = crypto::base64url_decode(encoded);
  require(text.has_value());
  auto value = fuzz::json_of(*text);
  require(value.is_object());
  return value.get_object();
}

void check_accepted(std::string_view token, const jwt::claims& claims) {
  auto first = token.find('.'), last = token.rfind('.');
  auto header = part(token.substr(0, first)), payload = part(token.substr(first + 1, last - first - 1));
  const auto& key = fuzz::has_text(header, "kid", "hs") ? keys().secret : keys().pair;
  require(fuzz::has_text(header, "kid", key.id()) && fuzz::has_text(header, "typ", "at+jwt"));
  require(fuzz::has_text(header, "alg", to_string(key.signature_algorithm())));
  require(header.size() == (header.contains("cty") ? 4 : 3));
  require(token == signed_by(key, token.substr(0, last)));

  require(fuzz::has_text(payload, "iss", "https://chat.example") && fuzz::has_text(payload, "aud", "callboard"));
  require(fuzz::has_text(payload, "sub", claims.subject) && fuzz::has_text(payload, "role", claims.role));
  require(fuzz::has_text(payload, "sid", claims.session_id) && fuzz::has_text(payload, "jti", claims.token_id));
  require(fuzz::has_number(payload, "iat", claims.issued_at) && fuzz::has_number(payload, "exp", claims.expires_at));
  require(!claims.subject.empty() && !claims.session_id.empty() && !claims.role.empty() && !claims.token_id.empty());
  constexpr auto second = now.time_since_epoch().count();
  require(claims.issued_at - second <= 5 && second - claims.expires_at < 5 && claims.expires_at > claims.issued_at);
}

/// Changes one bit in each part and one at a place that follows from the length.
void check_altered(std::string_view token) {
  auto first = token.find('.'), last = token.rfind('.');
  for (auto place : {std::size_t{0}, first, first + 1, last, last + 1, token.size() - 1, token.size() * 7 / 11})
    for (unsigned bit : {1u, 32u}) {
      std::string altered{token};
      altered[place] = static_cast<char>(altered[place] ^ static_cast<char>(bit));
      require(!is_accepted(altered));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::input input{data, size};
  const auto kind = input.byte();
  std::string token{input.rest()};
  if (kind == 'H' || kind == 'E') {
    auto header = crypto::base64url_encode(input.text());
    token = signed_by(kind == 'H' ? keys().secret : keys().pair, header + '.' + crypto::base64url_encode(input.rest()));
  }
  auto result = jwt::verify(keys().set, token, expected(), now);
  if (const auto* claims = std::get_if<jwt::claims>(&result)) {
    check_accepted(token, *claims);
    check_altered(token);
  }
  return 0;
}

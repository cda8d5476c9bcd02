#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "actors/core/key_schedule.hpp"
#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"
#include "adapters/jwt/key_set.hpp"
#include "adapters/jwt/key_wrap.hpp"
#include "adapters/tokens/stored_keys.hpp"
#include "adapters/tokens/token_authority.hpp"

namespace callboard::tokens {
namespace {

using namespace std::chrono_literals;

constexpr timestamp noon{1'800'000'000'000ms};

token_claims claims_of(int user) {
  token_claims claims;
  claims.user = user_id{user};
  claims.session.bytes[15] = static_cast<std::uint8_t>(user);
  claims.role = role::user;
  claims.expires_at = noon + 15min;
  return claims;
}

std::shared_ptr<const jwt::key_set> new_key_set() {
  auto keys = std::make_shared<jwt::key_set>();
  REQUIRE(keys->add(jwt::key::generate(jwt::algorithm::es256)));
  return keys;
}

TEST_CASE("a token of a mail is long and random, and its hash belongs to one purpose") {
  token_authority tokens{new_key_set(), {}};
  auto token = tokens.new_one_time_token();
  CHECK(token.size() == 43); // 256 bits
  CHECK(token != tokens.new_one_time_token());
  auto reset = tokens.hash_one_time_token(token, token_purpose::reset_password);
  CHECK(reset.size() == 43);
  CHECK(reset == tokens.hash_one_time_token(token, token_purpose::reset_password));
  CHECK(reset != tokens.hash_one_time_token(token, token_purpose::verify_email));
  CHECK(reset.find(token) == std::string::npos);
  for (auto text : {std::string{}, std::string{"x"}, token + "A", token.substr(1), token.substr(1) + "=",
                    std::string(1'000'000, 'A')})
    CHECK(tokens.hash_one_time_token(text, token_purpose::reset_password).empty());
}

TEST_CASE("every byte of a token of a session or a mail is drawn anew") {
  token_authority tokens{new_key_set(), {}};
  auto differ = [](std::size_t size, auto draw) {
    std::vector<std::set<char>> seen(size);
    for (int i = 0; i < 64; ++i) {
      auto text = draw();
      REQUIRE(text.size() == size);
      for (std::size_t at = 0; at < size; ++at)
        seen[at].insert(text[at]);
    }
    for (auto& each : seen)
      CHECK(each.size() > 1);
  };
  // 256 bits behind the session and the generation, which begin in the same characters as long as these are the same.
  differ(43, [&] { return tokens.print_refresh(tokens.new_refresh({})).substr(27); });
  differ(43, [&] { return tokens.new_one_time_token(); });
}

TEST_CASE("a refresh token is kept as a hash, and only the server's key tells what follows it") {
  token_authority_config config;
  config.refresh_secret = std::string(32, 's');
  token_authority tokens{new_key_set(), config};
  uuid session;
  session.bytes[0] = 7;
  auto first = tokens.new_refresh(session);
  auto second = tokens.successor(first);
  auto hash = tokens.hash_refresh(second);
  CHECK(second.session == session);
  CHECK(second.generation == first.generation + 1);
  CHECK(hash != tokens.hash_refresh(first));
  CHECK(hash == tokens.hash_refresh(tokens.successor(first))); // two tabs get one successor
  auto successor_with = [&](const std::string& key) {
    config.refresh_secret = key;
    return tokens.hash_refresh(token_authority{new_key_set(), config}.successor(first));
  };
  CHECK(successor_with(std::string(32, 's')) == hash); // on any node
  CHECK(successor_with(std::string(32, 't')) != hash);
  auto elsewhere = first, later = first;
  elsewhere.session.bytes[0] = 8;
  ++later.generation;
  CHECK(tokens.hash_refresh(tokens.successor(elsewhere)) != hash);
  CHECK(tokens.hash_refresh(tokens.successor(later)) != hash);
  auto printed = crypto::base64url_decode(tokens.print_refresh(second));
  REQUIRE(printed);
  REQUIRE(printed->size() == 16 + 4 + 32);
  CHECK(hash == crypto::base64url_encode(crypto::sha256(printed->substr(20))));
  auto read = tokens.parse_refresh(tokens.print_refresh(second));
  REQUIRE(read);
  CHECK(tokens.hash_refresh(*read) == hash);
  for (const std::string& other : {std::string{}, tokens.print_refresh(second) + "A", std::string(100'000, 'A')})
    CHECK_FALSE(tokens.parse_refresh(other));
}

TEST_CASE("claims are found by the very bytes of their token, until it expires") {
  verified_tokens kept{64};
  kept.keep("a.b.c", claims_of(1));
  REQUIRE(kept.find("a.b.c", noon));
  CHECK(kept.find("a.b.c", noon)->user == user_id{1});
  CHECK_FALSE(kept.find("a.b.d", noon));
  CHECK_FALSE(kept.find("a.b.c ", noon));
  CHECK(kept.find("a.b.c", noon + 15min - 1ms));
  CHECK_FALSE(kept.find("a.b.c", noon + 15min));
}

TEST_CASE("no more claims are kept than the capacity") {
  constexpr std::size_t capacity = 32;
  verified_tokens kept{capacity};
  for (int i = 1; i <= 1000; ++i)
    kept.keep("token " + std::to_string(i), claims_of(i));
  std::size_t found = 0;
  for (int i = 1; i <= 1000; ++i)
    found += kept.find("token " + std::to_string(i), noon) ? 1 : 0;
  CHECK(found <= capacity);
  CHECK(found > 0);
  CHECK(kept.find("token 1000", noon));
}

TEST_CASE("a token that was accepted once is accepted again, and refused once it has expired") {
  token_authority authority{new_key_set(), {}};
  auto token = authority.sign_access(claims_of(7), noon);
  for (int i = 0; i < 2; ++i) {
    auto seen = authority.verify_access(token, noon + 1min);
    REQUIRE(seen);
    CHECK(seen->user == user_id{7});
    CHECK(seen->session == claims_of(7).session);
  }
  auto late = authority.verify_access(token, noon + 16min);
  REQUIRE_FALSE(late);
  CHECK(code_of(late.error()) == errc::token_expired);
}

TEST_CASE("a token with another signature is refused however often it comes") {
  token_authority authority{new_key_set(), {}};
  auto token = authority.sign_access(claims_of(7), noon);
  REQUIRE(authority.verify_access(token, noon));
  auto forged = token;
  auto at = forged.size() - 8;
  forged[at] = forged[at] == 'A' ? 'B' : 'A';
  for (int i = 0; i < 3; ++i) {
    auto seen = authority.verify_access(forged, noon);
    REQUIRE_FALSE(seen);
    CHECK(code_of(seen.error()) == errc::unauthorized);
  }
  token_authority stranger{new_key_set(), {}};
  CHECK_FALSE(stranger.verify_access(token, noon));
}

TEST_CASE("nothing is remembered of keys that others replaced, also of a check that was under way") {
  verified_tokens kept{64};
  kept.keep("a.b.c", claims_of(1), 0);
  kept.forget(1);
  CHECK_FALSE(kept.find("a.b.c", noon));
  kept.keep("a.b.c", claims_of(1), 0);
  CHECK_FALSE(kept.find("a.b.c", noon));
  kept.keep("a.b.c", claims_of(1), 1);
  CHECK(kept.find("a.b.c", noon));
}

scheduled_key stored(const jwt::key& key, const std::string& secret, timestamp from,
                     timestamp until = timestamp::max()) {
  scheduled_key result;
  result.key.id = key.id();
  result.key.algorithm = to_string(key.signature_algorithm());
  result.key.wrapped = *jwt::wrap_key(key, secret);
  result.key.signs_from = result.signs_from = from;
  result.verifies_until = until;
  return result;
}

TEST_CASE("an authority signs with the key of the hour, and forgets what a key said that is gone") {
  const std::string secret(32, 's');
  auto first = *jwt::key::generate(jwt::algorithm::es256, "first");
  auto second = *jwt::key::generate(jwt::algorithm::eddsa, "second");
  auto opened = open_keys({stored(first, secret, noon - 24h)}, secret);
  REQUIRE(opened);
  auto authority = std::make_shared<token_authority>(*opened, token_authority_config{});
  stored_keys holder{authority, secret};
  auto old_token = authority->sign_access(claims_of(7), noon);
  REQUIRE(authority->verify_access(old_token, noon));
  CHECK(authority->jwks(noon).find("second") == std::string::npos);

  REQUIRE_FALSE(
      holder.replace_keys({stored(first, secret, noon - 24h, noon + 20min), stored(second, secret, noon + 5min)}));
  CHECK(authority->jwks(noon).find("second") != std::string::npos); // before it signs
  CHECK(authority->signing_key(noon + 5min - 1ms) == "first");
  CHECK(authority->signing_key(noon + 5min) == "second");
  auto new_token = authority->sign_access(claims_of(8), noon + 5min);
  CHECK(authority->verify_access(old_token, noon + 5min));
  CHECK(authority->verify_access(new_token, noon + 5min));

  REQUIRE_FALSE(holder.replace_keys({stored(second, secret, noon + 5min)}));
  auto refused = authority->verify_access(old_token, noon + 5min); // had been remembered
  REQUIRE_FALSE(refused);
  CHECK(code_of(refused.error()) == errc::unauthorized);
  CHECK(authority->verify_access(new_token, noon + 5min));
}

TEST_CASE("an authority whose clock is behind that of who made the first key signs with it") {
  const std::string secret(32, 's');
  signing_key_record record = stored(*jwt::key::generate(jwt::algorithm::es256, "first"), secret, noon).key;
  auto opened = open_keys(core::schedule_keys({record}), secret);
  REQUIRE(opened);
  token_authority authority{*opened, {}};
  for (auto behind : {0ms, 1ms, 60'000ms}) {
    auto token = authority.sign_access(claims_of(7), noon - behind);
    REQUIRE_FALSE(token.empty());
    CHECK(authority.verify_access(token, noon - behind));
    CHECK(authority.signing_key(noon - behind) == "first");
  }
}

TEST_CASE("keys that do not open leave an authority with those it has") {
  const std::string secret(32, 's');
  auto key = *jwt::key::generate(jwt::algorithm::es256, "first");
  auto authority = std::make_shared<token_authority>(new_key_set(), token_authority_config{});
  auto token = authority->sign_access(claims_of(7), noon);
  stored_keys holder{authority, secret};
  auto foreign = stored(key, std::string(32, 'x'), noon - 24h);
  CHECK(context_of(holder.replace_keys({foreign})).detail.find("another secret") != std::string::npos);
  auto unknown = stored(key, secret, noon - 24h);
  unknown.key.algorithm = "none";
  CHECK(holder.replace_keys({unknown}));
  unknown.key.algorithm = "HS256";
  CHECK(holder.replace_keys({unknown}));
  CHECK(authority->verify_access(token, noon));
  CHECK(authority->sign_access(claims_of(7), noon).size() > 0);
}

TEST_CASE("a device token says whose device it is, until it expires, and cannot be made up") {
  token_authority_config config;
  config.device_secret = std::string(32, 's');
  token_authority authority{new_key_set(), config};
  device_claims claims;
  claims.user = user_id{7};
  claims.device.bytes[3] = 9;
  claims.expires_at = noon + 1h;
  auto token = authority.sign_device(claims);
  auto known = authority.verify_device(token, noon);
  REQUIRE(known);
  CHECK(known->user == claims.user);
  CHECK(known->device == claims.device);
  CHECK(known->expires_at == claims.expires_at);
  CHECK_FALSE(authority.verify_device(token, noon + 1h));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(authority.verify_device(forged, noon));
  }
  for (const std::string& other :
       {std::string{}, token + "A", token.substr(1), std::string(100'000, 'A'), std::string{"{}"}})
    CHECK_FALSE(authority.verify_device(other, noon));
  config.device_secret = std::string(32, 't');
  CHECK_FALSE(token_authority{new_key_set(), config}.verify_device(token, noon));
}

} // namespace
} // namespace callboard::tokens

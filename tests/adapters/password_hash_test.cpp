#include "adapters/password/hash.hpp"

#include <doctest/doctest.h>

using namespace callboard;

namespace {

const password::hash_options plain{.cost = 10};
const password::hash_options peppered{.cost = 10, .pepper = "a secret of the server"};

std::string hashed(std::string_view text, const password::hash_options& options) {
  const auto result = password::hash_password(text, options);
  REQUIRE(std::holds_alternative<std::string>(result));
  return std::get<std::string>(result);
}

std::string refusal(std::string_view text, const password::hash_options& options) {
  const auto result = password::hash_password(text, options);
  const auto* error = std::get_if<password::hash_error>(&result);
  return error != nullptr ? std::string(password::to_string(*error)) : "hashed";
}

password::verification verified(std::string_view text, std::string_view stored, const password::hash_options& options) {
  const auto result = password::verify_password(text, stored, options);
  REQUIRE(std::holds_alternative<password::verification>(result));
  return std::get<password::verification>(result);
}

std::string verify_refusal(std::string_view stored, const password::hash_options& options) {
  const auto result = password::verify_password("password", stored, options);
  const auto* error = std::get_if<password::hash_error>(&result);
  return error != nullptr ? std::string(password::to_string(*error)) : "verified";
}

constexpr password::verification match{true, false};
constexpr password::verification old_match{true, true};
constexpr password::verification mismatch{false, false};

} // namespace

TEST_CASE("a hash matches its password exactly, with and without a pepper") {
  for (const auto& options : {plain, peppered}) {
    const auto stored = hashed("correct horse Ж", options);
    CAPTURE(stored);
    CHECK(stored.starts_with(options.pepper.empty() ? "$2b$10$" : "p1$$2b$10$"));
    CHECK(verified("correct horse Ж", stored, options) == match);
    for (const auto* wrong : {"", "correct horse", "correct horse Ж ", "Correct horse Ж", "correct horse ж"})
      CHECK(verified(wrong, stored, options) == mismatch);
  }
  CHECK(hashed("same password", plain) != hashed("same password", plain));
}

TEST_CASE("without a pepper nothing is truncated: long passwords and NUL are refused") {
  const std::string longest(72, 'x');
  CHECK(verified(longest, hashed(longest, plain), plain) == match);
  CHECK(verified(longest + 'y', hashed(longest, plain), plain) == mismatch);
  CHECK(refusal(longest + 'x', plain) == "too_long");
  CHECK(refusal(std::string("before\0after", 12), plain) == "contains_nul");
  CHECK(verified(std::string("password\0after", 14), hashed("password", plain), plain) == mismatch);
  CHECK(verified(std::string(73, 'x'), hashed("password", plain), plain) == mismatch);
  // An impossible password is replaced by an empty one to keep the time; it must not match an empty one's hash.
  CHECK(verified(std::string(73, 'x'), hashed("", plain), plain) == mismatch);
}

TEST_CASE("with a pepper every byte counts, past bcrypt's 72 and past NUL") {
  const std::string base(200, 'x');
  const auto stored = hashed(base + 'a', peppered);
  CHECK(verified(base + 'a', stored, peppered) == match);
  CHECK(verified(base + 'b', stored, peppered) == mismatch);
  CHECK(verified(base, stored, peppered) == mismatch);
  const auto with_nul = hashed(std::string("before\0after", 12), peppered);
  CHECK(verified(std::string("before\0after", 12), with_nul, peppered) == match);
  CHECK(verified("before", with_nul, peppered) == mismatch);
}

TEST_CASE("another pepper does not match, a missing one is reported") {
  const auto stored = hashed("password", peppered);
  CHECK(verified("password", stored, {.cost = 10, .pepper = "another"}) == mismatch);
  CHECK(verify_refusal(stored, plain) == "no_pepper");
}

TEST_CASE("the cost has bounds") {
  for (const unsigned cost : {0u, 4u, 9u, 16u, 31u, 110u}) {
    CHECK(refusal("password", {.cost = cost}) == "bad_cost");
    CHECK_FALSE(password::dummy_hash({.cost = cost}));
  }
}

TEST_CASE("hashes of other systems match, and ask for an upgrade") {
  // Published test vectors of OpenBSD's and Openwall's bcrypt, of cost 5, in all three spellings.
  const std::string tail = "05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  for (const auto* prefix : {"$2a$", "$2b$", "$2y$"}) {
    CAPTURE(prefix);
    const auto stored = prefix + tail;
    CHECK(password::is_importable(stored));
    CHECK(verified("U*U", stored, plain) == old_match);
    CHECK(verified("U*U", stored, peppered) == old_match);
    CHECK(verified("U*U*", stored, plain) == mismatch);
  }
  const auto eight_bit = "$2a$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq";
  CHECK(verified("\xa3", eight_bit, plain) == old_match);
}

TEST_CASE("a match asks for an upgrade when the options changed") {
  const auto stored = hashed("password", plain);
  CHECK(verified("password", stored, {.cost = 11}) == old_match);
  CHECK(verified("wrong", stored, {.cost = 11}) == mismatch);
  CHECK(verified("password", stored, peppered) == old_match);
  const auto with_pepper = hashed("password", peppered);
  CHECK(verified("password", with_pepper, {.cost = 11, .pepper = peppered.pepper}) == old_match);
}

TEST_CASE("what is no hash of ours is refused, and costs are capped") {
  const std::string good = "$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  REQUIRE(password::is_importable(good));
  const auto changed = [&](std::size_t position, std::string_view text) {
    return std::string(good).replace(position, text.size(), text);
  };
  for (const auto& bad : {std::string(),     std::string("password"),
                          std::string("*0"), changed(1, "1"),
                          changed(2, "x"),   changed(2, "c"),
                          changed(4, "03"),  changed(4, "16"),
                          changed(4, "31"),  changed(4, " 5"),
                          changed(4, "-1"),  changed(6, "0"),
                          changed(20, "$"),  changed(20, ":"),
                          changed(20, "\n"), changed(59, "="),
                          good + 'x',        good.substr(0, 59),
                          "p1" + good,       "p2$" + good,
                          "p1$p1$" + good,   std::string("$6$salt$hash"),
                          good.substr(0, 29)}) {
    CAPTURE(bad);
    CHECK_FALSE(password::is_importable(bad));
    CHECK(verify_refusal(bad, plain) == "malformed_hash");
  }
  CHECK_FALSE(password::is_importable("p1$" + good));
  CHECK(password::is_importable(changed(4, "14")));
  CHECK_FALSE(password::is_importable(changed(4, "15")));
}

TEST_CASE("a dummy hash has the form of a real one and matches nothing") {
  for (const auto& options : {plain, peppered}) {
    const auto dummy = password::dummy_hash(options);
    REQUIRE(dummy);
    CHECK(dummy->size() == hashed("password", options).size());
    CHECK(dummy->starts_with(options.pepper.empty() ? "$2b$10$" : "p1$$2b$10$"));
    CHECK(*dummy != *password::dummy_hash(options));
    for (const auto* text : {"", "password"})
      CHECK(verified(text, *dummy, options) == mismatch);
  }
}

TEST_CASE("a dummy is as dear as the hash it stands for") {
  const std::string imported = "$2a$04$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234";
  REQUIRE(imported.size() == 60);
  CHECK(password::dummy_hash_like(imported, plain)->starts_with("$2b$04$"));
  CHECK(password::dummy_hash_like(imported, peppered)->starts_with("$2b$04$")); // as it is: without the pepper
  CHECK(password::dummy_hash_like("p1$" + imported, peppered)->starts_with("p1$$2b$04$"));
  CHECK(*password::dummy_hash_like(imported, plain) != *password::dummy_hash_like(imported, plain));
  // What is no hash of ours costs what a new one does.
  for (const std::string& other : {std::string{}, std::string{"nonsense"}, "p1$" + imported})
    CHECK(password::dummy_hash_like(other, plain)->starts_with("$2b$10$"));
}

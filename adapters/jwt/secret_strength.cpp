#include "adapters/jwt/secret_strength.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "adapters/jwt/key.hpp"

namespace callboard::jwt {

namespace {

constexpr std::size_t fewest_different_bytes = 8;

// Texts of 32 bytes and more that others publish as keys; compared without case.
constexpr std::string_view published[] = {
    "a-string-secret-at-least-256-bits-long",                                  // jwt.io
    "your-256-bit-secret-your-256-bit-secret",                                 // jwt.io, twice
    "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long", // jwt.io
    "supersecretkeyyoushouldnotcommittogithub",                                // tutorials
    "supersecretkeyyoushouldnotcommit",
    "thisisasecretkeythatshouldbechanged",
    "this_is_a_secret_key_change_in_production",
    "change-this-secret-in-production",
    "please-change-this-secret-in-production",
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",                       // FastAPI's manual
    "404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970",                       // Spring tutorials
    "aym1sysppbydfgzld3umj1qzkobwvmkoqq-estjqlr_t-1qs0gzh75aktmn3yj0ipS4hcguutwjazzr1z9caow", // RFC 7515, A.1
    "hjtxiz2usn5kbqfbttnwbpdmhkv8fjg-onbc6mxccyg",                                            // RFC 7520, 3.5
    "abcdefghijklmnopqrstuvwxyz012345",
    "abcdefghijklmnopqrstuvwxyz123456",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "abcdefghijklmnopqrstuvwxyz1234567890",
    "qwertyuiopasdfghjklzxcvbnm123456",
};

// What documents write where a secret is to be put; letters and digits alone.
constexpr std::string_view placeholders[] = {"changeme",     "replaceme",   "yoursecret", "mysecret", "callboardsecret",
                                             "secretsecret", "placeholder", "password",   "insecure", "donotuse"};

// "Change-Me_please" and "changemeplease" hold one placeholder.
bool holds_placeholder(std::string_view secret) {
  std::string letters;
  for (unsigned char c : secret)
    if (std::isalnum(c) != 0)
      letters += static_cast<char>(std::tolower(c));
  return std::any_of(std::begin(placeholders), std::end(placeholders),
                     [&letters](std::string_view known) { return letters.find(known) != std::string::npos; });
}

bool is_same_letter(char left, char right) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return lower(left) == lower(right);
}

bool is_published(std::string_view secret) {
  return std::any_of(std::begin(published), std::end(published), [&](std::string_view known) {
    return std::equal(known.begin(), known.end(), secret.begin(), secret.end(), is_same_letter);
  });
}

// Whether it is one text of at most half of its size, again and again.
bool is_repetition(std::string_view secret) {
  for (std::size_t period = 1; period <= secret.size() / 2; ++period)
    if (secret.substr(period) == secret.substr(0, secret.size() - period))
      return true;
  return false;
}

} // namespace

std::optional<std::string> weakness_of_secret(std::string_view secret) {
  if (secret.size() < minimum_secret_size)
    return "must have " + std::to_string(minimum_secret_size) + " bytes or more";
  if (is_published(secret))
    return "is a well-known example: make one with `openssl rand -base64 48`";
  if (is_repetition(secret) || std::set<char>(secret.begin(), secret.end()).size() < fewest_different_bytes)
    return "is too easy to guess: make one with `openssl rand -base64 48`";
  if (holds_placeholder(secret))
    return "is a placeholder: make one with `openssl rand -base64 48`";
  return std::nullopt;
}

} // namespace callboard::jwt

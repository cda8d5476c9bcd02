#include "adapters/password/hash.hpp"

#include "adapters/crypto/base64.hpp"
#include "adapters/crypto/digest.hpp"
#include "adapters/crypto/random.hpp"

#include <algorithm>
#include <array>
#include <crypt.h>
#include <memory>
#include <openssl/crypto.h>

namespace callboard::password {

namespace {

constexpr std::string_view pepper_prefix = "p1$";
constexpr std::size_t bcrypt_size = 60; // "$2b$12$", 22 characters of salt, 31 of hash
constexpr std::size_t bcrypt_prefix_size = 7;
constexpr std::size_t maximum_bcrypt_input = 72;
constexpr std::size_t salt_size = 16;

struct stored_hash {
  std::string_view bcrypt;
  unsigned cost = 0;
  bool peppered = false;
};

bool is_bcrypt_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '/';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<stored_hash> parse(std::string_view text) {
  stored_hash result;
  result.peppered = text.starts_with(pepper_prefix);
  if (result.peppered)
    text.remove_prefix(pepper_prefix.size());
  if (text.size() != bcrypt_size || !(text.starts_with("$2a$") || text.starts_with("$2b$") || text.starts_with("$2y$")))
    return std::nullopt;
  if (!is_digit(text[4]) || !is_digit(text[5]) || text[6] != '$' ||
      !std::all_of(text.begin() + bcrypt_prefix_size, text.end(), is_bcrypt_character))
    return std::nullopt;
  result.bcrypt = text;
  result.cost = static_cast<unsigned>((text[4] - '0') * 10 + (text[5] - '0'));
  if (result.cost < 4 || result.cost > maximum_cost)
    return std::nullopt;
  return result;
}

bool is_cost(unsigned cost) {
  return cost >= minimum_cost && cost <= maximum_cost;
}

std::optional<hash_error> check_plain(std::string_view password) {
  if (password.size() > maximum_bcrypt_input)
    return hash_error::too_long;
  if (password.find('\0') != std::string_view::npos)
    return hash_error::contains_nul;
  return std::nullopt;
}

// 64 characters: within bcrypt's 72 bytes and without NUL, whatever the password is.
std::string with_pepper(std::string_view password, std::string_view pepper) {
  return crypto::base64_encode(crypto::hmac_sha384(pepper, password));
}

std::string run_bcrypt(std::string input, const std::string& setting) {
  const auto data = std::make_unique<crypt_data>();
  const char* output = crypt_r(input.c_str(), setting.c_str(), data.get());
  // libxcrypt reports errors by null or by a text that starts with '*'.
  std::string result = output != nullptr && output[0] != '*' ? output : "";
  OPENSSL_cleanse(data.get(), sizeof(crypt_data));
  OPENSSL_cleanse(input.data(), input.size());
  return result;
}

std::string make_setting(unsigned cost) {
  const auto salt = crypto::random_bytes(salt_size);
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const char* made = crypt_gensalt_rn("$2b$", cost, salt.data(), static_cast<int>(salt.size()), setting.data(),
                                      static_cast<int>(setting.size()));
  return made != nullptr ? made : "";
}

// Random characters where the hash would be: nobody knows a password for it.
std::string complete(std::string setting) {
  constexpr std::string_view alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  for (const char byte : crypto::random_bytes(bcrypt_size - setting.size()))
    setting.push_back(alphabet[static_cast<unsigned char>(byte) & 0x3f]);
  return setting;
}

} // namespace

std::string_view to_string(hash_error error) {
  switch (error) {
  case hash_error::bad_cost:
    return "bad_cost";
  case hash_error::too_long:
    return "too_long";
  case hash_error::contains_nul:
    return "contains_nul";
  case hash_error::malformed_hash:
    return "malformed_hash";
  case hash_error::no_pepper:
    return "no_pepper";
  case hash_error::failed:
    return "failed";
  }
  return "";
}

std::variant<std::string, hash_error> hash_password(std::string_view password, const hash_options& options) {
  if (!is_cost(options.cost))
    return hash_error::bad_cost;
  const bool peppered = !options.pepper.empty();
  if (!peppered)
    if (const auto error = check_plain(password))
      return *error;
  const auto setting = make_setting(options.cost);
  auto hash = run_bcrypt(peppered ? with_pepper(password, options.pepper) : std::string(password), setting);
  if (hash.size() != bcrypt_size)
    return hash_error::failed;
  return peppered ? std::string(pepper_prefix) + hash : hash;
}

std::variant<verification, hash_error> verify_password(std::string_view password, std::string_view stored,
                                                       const hash_options& options) {
  const auto parsed = parse(stored);
  if (!parsed)
    return hash_error::malformed_hash;
  if (parsed->peppered && options.pepper.empty())
    return hash_error::no_pepper;
  // A password that bcrypt would shorten never matches, but must not be told from others by its time.
  const bool possible = parsed->peppered || !check_plain(password);
  std::string input = parsed->peppered ? with_pepper(password, options.pepper) : std::string(possible ? password : "");
  const auto hash = run_bcrypt(std::move(input), std::string(parsed->bcrypt));
  if (hash.size() != bcrypt_size)
    return hash_error::failed;
  verification result;
  result.match = crypto::equal_in_constant_time(hash, parsed->bcrypt) && possible;
  result.needs_upgrade = result.match && (parsed->peppered == options.pepper.empty() || parsed->cost != options.cost ||
                                          !parsed->bcrypt.starts_with("$2b$"));
  return result;
}

bool is_importable(std::string_view text) {
  const auto parsed = parse(text);
  return parsed && !parsed->peppered && parsed->cost <= maximum_imported_cost;
}

std::optional<std::string> dummy_hash(const hash_options& options) {
  if (!is_cost(options.cost))
    return std::nullopt;
  auto text = complete(make_setting(options.cost));
  return options.pepper.empty() ? text : std::string(pepper_prefix) + text;
}

std::optional<std::string> dummy_hash_like(std::string_view stored, const hash_options& options) {
  const auto parsed = parse(stored);
  // What was made with a pepper that is gone is refused at once, and takes no time.
  if (!parsed || (parsed->peppered && options.pepper.empty()))
    return dummy_hash(options);
  auto text = complete(make_setting(parsed->cost));
  return parsed->peppered ? std::string(pepper_prefix) + text : text;
}

} // namespace callboard::password

#include "adapters/password/policy.hpp"

#include "adapters/password/common_passwords.hpp"

#include <algorithm>
#include <simdjson.h>
#include <string>

namespace callboard::password {

namespace {

constexpr std::size_t shortest_context_word = 3;
constexpr std::string_view product = "callboard";

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// Of valid UTF-8: every byte but a continuation byte starts a code point.
std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void remove_all(std::string& text, const std::string& word) {
  if (word.size() < shortest_context_word)
    return;
  for (auto found = text.find(word); found != std::string::npos; found = text.find(word, found))
    text.erase(found, word.size());
}

} // namespace

std::string_view to_string(policy_violation violation) {
  switch (violation) {
  case policy_violation::invalid_utf8:
    return "invalid_utf8";
  case policy_violation::too_short:
    return "too_short";
  case policy_violation::too_long:
    return "too_long";
  case policy_violation::common:
    return "common";
  case policy_violation::contextual:
    return "contextual";
  }
  return "";
}

std::optional<policy_violation> check_policy(std::string_view password, const context& who) {
  // Before anything reads it: no code point has more than 4 bytes.
  if (password.size() > 4 * maximum_length)
    return policy_violation::too_long;
  if (!simdjson::validate_utf8(password.data(), password.size()))
    return policy_violation::invalid_utf8;
  const auto length = code_points(password);
  if (length < minimum_length)
    return policy_violation::too_short;
  if (length > maximum_length)
    return policy_violation::too_long;
  auto rest = lower(password);
  if (is_common(rest))
    return policy_violation::common;
  // Longer words first, so that a name inside the other does not leave the other's rest behind.
  std::string words[] = {lower(who.username), lower(who.email.substr(0, who.email.find('@'))), std::string(product)};
  std::sort(std::begin(words), std::end(words), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  for (const auto& word : words)
    remove_all(rest, word);
  if (code_points(rest) < minimum_length && rest.size() != password.size())
    return policy_violation::contextual;
  return std::nullopt;
}

} // namespace callboard::password

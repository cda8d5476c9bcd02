#include "actors/core/guessing.hpp"

namespace callboard::core {

bool is_known_device(const login_attempt& attempt) {
  return attempt.found != nullptr && attempt.device && attempt.device->user == attempt.found->user.id;
}

std::vector<attempt_key> keys_of(const login_attempt& attempt, const guessing_rules& rules) {
  std::vector<attempt_key> keys;
  auto count = [&keys](std::string key, std::uint32_t most) {
    if (most > 0)
      keys.push_back({std::move(key), most});
  };
  if (is_known_device(attempt)) {
    count("device:" + to_string(attempt.device->device), rules.most_of_account);
    return keys;
  }
  // By the account, whatever it was called by.
  count(attempt.found != nullptr ? "user:" + to_string(attempt.found->user.id) : "login:" + attempt.login,
        rules.most_of_account);
  if (!attempt.source.empty())
    count("source:" + attempt.source, rules.most_of_source);
  return keys;
}

bool is_of_account(std::string_view key) {
  return key.starts_with("user:");
}

std::string_view to_string(refused_reason reason) {
  switch (reason) {
  case refused_reason::none:
    break;
  case refused_reason::unknown_user:
    return "unknown_user";
  case refused_reason::disabled:
    return "disabled";
  case refused_reason::wrong_password:
    return "wrong_password";
  case refused_reason::locked:
    return "locked";
  }
  return "";
}

hashing_plan plan_hashing(const login_attempt& attempt, bool locked) {
  auto hash = attempt.found != nullptr ? attempt.found->password_hash : std::string{};
  auto reason = locked                                 ? refused_reason::locked
                : attempt.found == nullptr             ? refused_reason::unknown_user
                : attempt.found->disabled              ? refused_reason::disabled
                : attempt.found->password_hash.empty() ? refused_reason::wrong_password
                                                       : refused_reason::none;
  return {std::move(hash), reason != refused_reason::none, reason};
}

bool was_not_verified(errc code) {
  return code == errc::overloaded;
}

} // namespace callboard::core

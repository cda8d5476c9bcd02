#include "adapters/jwt/key_set.hpp"

#include <algorithm>

namespace callboard::jwt {

bool key_set::add(key added, key_times times) {
  const bool is_taken =
      std::any_of(entries_.begin(), entries_.end(), [&](const auto& each) { return each.content.id() == added.id(); });
  if (is_taken || entries_.size() == maximum_keys)
    return false;
  entries_.push_back({std::move(added), times});
  return true;
}

const key* key_set::signer(key_time now) const {
  const entry* found = nullptr;
  for (const auto& each : entries_)
    if (each.content.can_sign() && each.times.signs_from <= now && each.times.verifies_until > now &&
        (found == nullptr || each.times.signs_from >= found->times.signs_from))
      found = &each;
  return found != nullptr ? &found->content : nullptr;
}

const key* key_set::find(std::string_view id, key_time now) const {
  for (const auto& each : entries_)
    if (each.content.id() == id)
      return each.times.verifies_until > now ? &each.content : nullptr;
  return nullptr;
}

std::string key_set::jwks(key_time now) const {
  std::string json = R"({"keys":[)";
  for (const auto& each : entries_) {
    const auto jwk = each.times.verifies_until > now ? each.content.public_jwk() : std::string{};
    if (jwk.empty())
      continue;
    if (json.back() != '[')
      json.push_back(',');
    json.append(jwk);
  }
  return json + "]}";
}

} // namespace callboard::jwt

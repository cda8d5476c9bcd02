#include "adapters/jwt/key_set.hpp"

namespace callboard::jwt {

bool key_set::add(key added) {
  if (keys_.size() == maximum_keys || find(added.id()) != nullptr)
    return false;
  if (active_ == none && added.can_sign())
    active_ = keys_.size();
  keys_.push_back(std::move(added));
  return true;
}

bool key_set::activate(std::string_view id) {
  const auto* found = find(id);
  if (found == nullptr || !found->can_sign())
    return false;
  active_ = static_cast<std::size_t>(found - keys_.data());
  return true;
}

bool key_set::remove(std::string_view id) {
  const auto* found = find(id);
  if (found == nullptr || found == active())
    return false;
  const auto index = static_cast<std::size_t>(found - keys_.data());
  keys_.erase(keys_.begin() + static_cast<std::ptrdiff_t>(index));
  if (active_ != none && index < active_)
    --active_;
  return true;
}

const key* key_set::find(std::string_view id) const {
  for (const auto& candidate : keys_)
    if (candidate.id() == id)
      return &candidate;
  return nullptr;
}

std::string key_set::jwks() const {
  std::string json = R"({"keys":[)";
  for (const auto& candidate : keys_) {
    const auto jwk = candidate.public_jwk();
    if (jwk.empty())
      continue;
    if (json.back() != '[')
      json.push_back(',');
    json.append(jwk);
  }
  return json + "]}";
}

} // namespace callboard::jwt

#include "adapters/tokens/verified_tokens.hpp"

#include <algorithm>
#include <utility>

#include "adapters/crypto/digest.hpp"

namespace callboard::tokens {
namespace {

std::size_t part_of(const std::string& digest, std::size_t parts) {
  return static_cast<unsigned char>(digest.front()) % parts;
}

} // namespace

verified_tokens::verified_tokens(std::size_t capacity)
    : capacity_of_part_{std::max<std::size_t>(1, capacity / parts)} {}

std::optional<token_claims> verified_tokens::find(std::string_view token, timestamp now) const {
  auto digest = crypto::sha256(token);
  auto& mine = parts_[part_of(digest, parts)];
  std::lock_guard lock{mine.mutex};
  auto i = mine.claims.find(digest);
  if (i == mine.claims.end() || i->second.expires_at <= now)
    return std::nullopt;
  return i->second;
}

void verified_tokens::keep(std::string_view token, const token_claims& claims, std::uint64_t generation) {
  auto digest = crypto::sha256(token);
  auto& mine = parts_[part_of(digest, parts)];
  std::lock_guard lock{mine.mutex};
  if (mine.generation != generation || !mine.claims.try_emplace(digest, claims).second)
    return;
  mine.ages.push_back(std::move(digest));
  if (mine.ages.size() > capacity_of_part_) {
    mine.claims.erase(mine.ages.front());
    mine.ages.pop_front();
  }
}

void verified_tokens::forget(std::uint64_t generation) {
  for (auto& each : parts_) {
    std::lock_guard lock{each.mutex};
    each.generation = generation;
    each.claims.clear();
    each.ages.clear();
  }
}

} // namespace callboard::tokens

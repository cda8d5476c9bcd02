#include "adapters/tokens/stored_keys.hpp"

#include <utility>

#include "adapters/jwt/key_wrap.hpp"

namespace callboard::tokens {

caf::expected<std::shared_ptr<const jwt::key_set>> open_keys(const std::vector<scheduled_key>& keys,
                                                             std::string_view wrap_secret) {
  auto set = std::make_shared<jwt::key_set>();
  for (auto& [record, signs_from, verifies_until] : keys) {
    auto algorithm = jwt::algorithm_from_string(record.algorithm);
    auto key = algorithm ? jwt::unwrap_key(*algorithm, record.id, record.wrapped, wrap_secret) : std::nullopt;
    if (!key)
      return make_failure(errc::internal,
                          "the signing keys in the store were wrapped with another secret than the one configured");
    if (!set->add(std::move(*key), {signs_from, verifies_until}))
      return make_failure(errc::internal, "there are too many signing keys in the store");
  }
  return std::shared_ptr<const jwt::key_set>{std::move(set)};
}

stored_keys::stored_keys(std::shared_ptr<token_authority> authority, std::string wrap_secret)
    : authority_(std::move(authority)), wrap_secret_(std::move(wrap_secret)) {}

caf::error stored_keys::replace_keys(const std::vector<scheduled_key>& keys) {
  auto opened = open_keys(keys, wrap_secret_);
  if (!opened)
    return opened.error();
  authority_->replace_keys(std::move(*opened));
  return {};
}

} // namespace callboard::tokens

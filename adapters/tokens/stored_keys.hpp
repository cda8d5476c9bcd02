#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "adapters/jwt/key_set.hpp"
#include "adapters/tokens/token_authority.hpp"
#include "messages/accounts.hpp"

namespace callboard::tokens {

/// The keys of the store, opened with the secret that wraps them. The error is one sentence.
caf::expected<std::shared_ptr<const jwt::key_set>> open_keys(const std::vector<scheduled_key>& keys,
                                                             std::string_view wrap_secret);

/// Gives a token authority the keys of the store.
class stored_keys final : public key_holder {
public:
  stored_keys(std::shared_ptr<token_authority> authority, std::string wrap_secret);
  caf::error replace_keys(const std::vector<scheduled_key>& keys) override;

private:
  std::shared_ptr<token_authority> authority_;
  std::string wrap_secret_;
};

} // namespace callboard::tokens

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <boost/asio/awaitable.hpp>
#include <caf/expected.hpp>

#include "messages/wiring.hpp"

namespace callboard::http {

/// Turns an Authorization header into a caller. Tokens that were verified are remembered by their bytes, at most
/// `2 * generation_size` of them, so that a signature is checked once; expiry and revocation are looked at on every
/// use. One per I/O thread, used by that thread alone.
class authenticator {
public:
  static constexpr std::size_t generation_size = 2048;

  explicit authenticator(const node_services& services) : services_{services} {}

  /// Errors: `unauthorized`, `token_expired`, or those of `auth_identify` (a store that does not answer is
  /// `unavailable`, never a yes).
  boost::asio::awaitable<caf::expected<principal>> authenticate(std::string_view authorization);

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using cache = std::unordered_map<std::string, principal, text_hash, std::equal_to<>>;

  const principal* find(std::string_view token);
  void remember(std::string token, principal who);

  const node_services& services_;
  cache recent_; // what was used since the last turn
  cache older_;  // what was used before: forgotten at the next turn
};

} // namespace callboard::http

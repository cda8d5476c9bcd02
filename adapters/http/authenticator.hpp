#pragma once

#include <chrono>
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
/// `2 * generation_size` of them and for a time, so that a signature is seldom checked; expiry and revocation are
/// looked at on every use. After that time the store is asked again: a revocation that this node was never told of, or
/// another role, holds from then on. One per I/O thread, used by that thread alone.
class authenticator {
public:
  static constexpr std::size_t generation_size = 2048;

  authenticator(const node_services& services, std::chrono::milliseconds remembered_for)
      : services_{services}, remembered_for_{remembered_for} {}

  /// Errors: `unauthorized`, `token_expired`, or those of `auth_identify` (a store that does not answer is
  /// `unavailable`, never a yes).
  boost::asio::awaitable<caf::expected<principal>> authenticate(std::string_view authorization);

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct caller {
    principal who;
    timestamp until; // then the store is asked again
  };
  using cache = std::unordered_map<std::string, caller, text_hash, std::equal_to<>>;

  const caller* find(std::string_view token);
  void remember(std::string token, caller known);

  const node_services& services_;
  std::chrono::milliseconds remembered_for_;
  cache recent_; // what was used since the last turn
  cache older_;  // what was used before: forgotten at the next turn
};

} // namespace callboard::http

#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "messages/accounts.hpp"

namespace callboard::memory {

/// Ended sessions, until their access tokens have expired. As many as end within the life of an access token.
class revocations final : public revocation_list {
public:
  explicit revocations(std::function<timestamp()> wall_clock);
  void revoke(callboard::session_id session, timestamp until) override;
  bool is_revoked(const callboard::session_id& session) const override;
  /// All that are still remembered, with the end of their tokens.
  std::vector<std::pair<callboard::session_id, timestamp>> all() const;

private:
  std::function<timestamp()> wall_clock_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<uuid, timestamp> until_;
  std::multimap<timestamp, uuid> by_end_;
};

} // namespace callboard::memory

#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/memory/revocations.hpp"
#include "adapters/redis/client.hpp"

namespace callboard::redis {

/// Ended sessions, shared by all nodes. A look-up never leaves this process. What ends here is told to the others at
/// once; when the feed was away it is read again in full, and when Redis was away or lost its data this node repeats
/// what it knows. Over all that stands the store, which every node asks on its own (actors/revocation_watch.hpp).
class revocations final : public revocation_list {
public:
  /// To be made before the client starts, and kept until it has stopped.
  revocations(std::shared_ptr<client> redis, std::function<timestamp()> wall_clock);

  /// What is known already is not told again: every node learns it from the store too.
  void revoke(callboard::session_id session, timestamp until) override;
  bool is_revoked(const callboard::session_id& session) const override { return known_.is_revoked(session); }

private:
  using entries = std::vector<std::pair<callboard::session_id, timestamp>>;

  void tell(const entries& ended);
  void repeat();
  void read(const std::string& from, std::size_t offset);
  void take_page(const result& answer, const std::string& from, std::size_t offset);
  void take_told(const std::string& text);

  std::shared_ptr<client> redis_;
  std::function<timestamp()> wall_clock_;
  memory::revocations known_;
  std::atomic<bool> to_repeat_{false}; // something could not be told
  std::atomic<bool> to_read_{false};   // something may have been missed
};

} // namespace callboard::redis

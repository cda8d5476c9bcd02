#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <sys/uio.h>

#include "messages/delivery.hpp"

namespace callboard::http {

/// What a connection still has to send beyond its first buffer.
struct backlog {
  struct entry {
    shared_bytes bytes;
    bool exempt = false; // does not count against the bound
  };
  std::vector<entry> entries;
  std::size_t head = 0;              // entries before it have left
  std::vector<std::uint64_t> tokens; // pages to report once everything has left
};

/// Backlogs that are not in use, so that a busy connection does not allocate one for every batch. Bounded.
class backlog_pool {
public:
  std::unique_ptr<backlog> take();
  void give_back(std::unique_ptr<backlog> unused);

private:
  static constexpr std::size_t most_kept = 1024;
  static constexpr std::size_t most_entries = 64; // a backlog that grew larger is freed
  std::vector<std::unique_ptr<backlog>> spare_;
};

/// The buffers that wait to be written to one connection, in order. The first one is held in place: a connection that
/// gets one buffer at a time allocates nothing, an idle one holds nothing.
class send_queue {
public:
  /// Empty buffers are left out.
  void push(shared_bytes bytes, bool exempt, backlog_pool& pool);
  void add_token(std::uint64_t token, backlog_pool& pool);

  bool empty() const { return !first_; }
  /// Bytes that count against the bound.
  std::size_t counted() const { return counted_; }
  /// All bytes.
  std::size_t total() const { return total_; }

  /// Fills `slices` with what comes next and returns how many were filled.
  std::size_t gather(iovec* slices, std::size_t most) const;

  /// Takes `count` sent bytes off the front.
  void consume(std::size_t count);

  /// The tokens of all pages that have left, once the queue is empty; gives the backlog back.
  std::vector<std::uint64_t> finish(backlog_pool& pool);

  /// Drops everything but a first buffer that has left in part, so that what follows begins at a frame's edge.
  void drop_unsent(backlog_pool& pool);

private:
  shared_bytes first_;
  std::unique_ptr<backlog> more_;
  std::uint32_t sent_ = 0; // of the first
  std::uint32_t counted_ = 0;
  std::uint32_t total_ = 0;
  bool first_exempt_ = false;
};

} // namespace callboard::http

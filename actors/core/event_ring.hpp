#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "messages/values.hpp"

namespace callboard::core {

/// The latest events of a room, contiguous up to its tail, bounded by number and by bytes of text: past either bound
/// the oldest go. What is older is read from the store.
class event_ring {
public:
  event_ring(std::size_t max_events, std::size_t max_bytes) : max_events_(max_events), max_bytes_(max_bytes) {}

  /// Starts anew after `tail`, with nothing held.
  void reset(stream_offset tail);

  /// Takes the event after the tail. False, and nothing taken, if its offset is not tail + 1.
  bool push(const room_event& event);

  stream_offset tail() const { return tail_; }
  std::size_t size() const { return events_.size(); }

  /// True if every event after `offset` (up to the tail) is held.
  bool covers(stream_offset offset) const { return offset <= tail_ && tail_ - offset <= events_.size(); }

  /// The events after `offset`, oldest first, until `max_bytes` (at least one). `covers(offset)` must hold.
  std::vector<room_event> after(stream_offset offset, std::size_t max_bytes) const;

private:
  static std::size_t weight(const room_event& event);

  std::size_t max_events_, max_bytes_, bytes_ = 0;
  stream_offset tail_ = 0;
  std::deque<room_event> events_;
};

} // namespace callboard::core

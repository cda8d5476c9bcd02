#include "actors/core/event_ring.hpp"

namespace callboard::core {

std::size_t event_ring::weight(const room_event& event) {
  return sizeof(room_event) + event.text.size();
}

void event_ring::reset(stream_offset tail) {
  events_.clear();
  bytes_ = 0;
  tail_ = tail;
}

bool event_ring::push(const room_event& event) {
  if (event.offset != tail_ + 1)
    return false;
  events_.push_back(event);
  bytes_ += weight(event);
  tail_ = event.offset;
  while (events_.size() > max_events_ || (bytes_ > max_bytes_ && events_.size() > 1)) {
    bytes_ -= weight(events_.front());
    events_.pop_front();
  }
  return true;
}

std::vector<room_event> event_ring::after(stream_offset offset, std::size_t max_bytes) const {
  std::vector<room_event> result;
  std::size_t bytes = 0;
  for (auto i = events_.size() - static_cast<std::size_t>(tail_ - offset); i < events_.size(); ++i) {
    bytes += weight(events_[i]);
    if (!result.empty() && bytes > max_bytes)
      break;
    result.push_back(events_[i]);
  }
  return result;
}

} // namespace callboard::core

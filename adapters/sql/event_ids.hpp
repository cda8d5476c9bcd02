#pragma once

#include <cstdint>
#include <random>

#include "messages/ids.hpp"

namespace callboard::sql {

/// Makes the UUIDv7 (RFC 9562, section 5.7) of events: rising within one maker, also inside a millisecond
/// (method 1 of section 6.2: 12 bits of counter). They identify, they are no secrets.
class event_ids {
public:
  event_ids();
  event_id next(timestamp now);

private:
  std::mt19937_64 random_;
  std::int64_t last_ = 0; // milliseconds
  std::uint32_t counter_ = 0;
};

} // namespace callboard::sql

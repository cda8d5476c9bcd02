#include "adapters/sql/event_ids.hpp"

#include <array>

namespace callboard::sql {
namespace {

std::mt19937_64 seeded_generator() {
  std::random_device device;
  std::array<std::uint32_t, 16> words;
  for (auto& word : words)
    word = device();
  std::seed_seq seeds(words.begin(), words.end());
  return std::mt19937_64{seeds};
}

} // namespace

event_ids::event_ids() : random_{seeded_generator()} {}

event_id event_ids::next(timestamp now) {
  auto time = now.time_since_epoch().count();
  if (time > last_) {
    last_ = time;
    counter_ = 0;
  } else if (++counter_ > 0xfff) { // more than 4,096 in a millisecond borrow from the next one
    ++last_;
    counter_ = 0;
  }
  event_id id;
  auto write = [&id](std::size_t at, std::size_t size, std::uint64_t value) {
    for (auto i = size; i > 0; --i, value >>= 8)
      id.bytes[at + i - 1] = static_cast<std::uint8_t>(value);
  };
  write(0, 6, static_cast<std::uint64_t>(last_));
  write(6, 2, 0x7000u | counter_);
  write(8, 8, (random_() >> 2) | 0x8000000000000000u);
  return id;
}

} // namespace callboard::sql

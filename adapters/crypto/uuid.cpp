#include "adapters/crypto/uuid.hpp"

#include "adapters/crypto/random.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace callboard::crypto {

namespace {

constexpr std::uint32_t counter_limit = 0x1000;
// A new millisecond starts the counter in its lower half, so that at least 2,048 ids fit before it runs over.
constexpr std::uint32_t counter_start_mask = 0x7ff;

struct clock_sequence {
  std::int64_t milliseconds = -1;
  std::uint32_t counter = 0;

  void advance(std::int64_t now, std::uint32_t random) {
    if (now > milliseconds) {
      milliseconds = now;
      counter = random & counter_start_mask;
    } else if (++counter == counter_limit) {
      ++milliseconds; // ahead of the clock by as little as order needs
      counter = random & counter_start_mask;
    }
  }
};

} // namespace

std::string make_uuid() {
  return make_uuid(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

std::string make_uuid(std::chrono::sys_time<std::chrono::milliseconds> now) {
  thread_local clock_sequence sequence;
  std::array<std::uint8_t, 16> bytes{};
  fill_random(std::as_writable_bytes(std::span(bytes).subspan<6>()));
  sequence.advance(now.time_since_epoch().count(), static_cast<std::uint32_t>(bytes[6] << 8 | bytes[7]));
  for (int i = 0; i < 6; ++i)
    bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(sequence.milliseconds >> (40 - 8 * i));
  bytes[6] = static_cast<std::uint8_t>(0x70 | sequence.counter >> 8);
  bytes[7] = static_cast<std::uint8_t>(sequence.counter);
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));

  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      text.push_back('-');
    text.push_back(digits[bytes[i] >> 4]);
    text.push_back(digits[bytes[i] & 0xf]);
  }
  return text;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36)
    return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (hyphen ? text[i] != '-' : !digit)
      return false;
  }
  return true;
}

} // namespace callboard::crypto

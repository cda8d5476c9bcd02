#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace callboard {

/// Positive 64-bit numbers given by the store. Distinct types, so that a room is never taken for a user.
enum class user_id : std::int64_t {};
enum class room_id : std::int64_t {};
enum class reminder_id : std::int64_t {};

/// A slice of all rooms, users and reminders: `murmur2(decimal id) mod N`, the number of the Kafka partition too.
enum class partition_id : std::uint16_t {};

/// Grows by one whenever a partition gets another owner; the fencing token of every write (architecture, section 5).
enum class epoch_number : std::int64_t {};

/// Position of an event in a room's log or a user's personal stream: 1, 2, 3 … without holes; 0 is "before the first".
using stream_offset = std::uint64_t;

/// Milliseconds since the Unix epoch, UTC: the resolution of every stored and transmitted time.
using timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

template <class Id>
constexpr auto number_of(Id id) {
  return static_cast<std::underlying_type_t<Id>>(id);
}

inline std::string to_string(user_id id) {
  return std::to_string(number_of(id));
}
inline std::string to_string(room_id id) {
  return std::to_string(number_of(id));
}
inline std::string to_string(reminder_id id) {
  return std::to_string(number_of(id));
}
inline std::string to_string(partition_id id) {
  return std::to_string(number_of(id));
}
inline std::string to_string(epoch_number epoch) {
  return std::to_string(number_of(epoch));
}

/// A UUID (RFC 9562) as its 16 bytes; all zero means "none". Sessions, events and requests have version 7.
struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  friend bool operator==(const uuid&, const uuid&) = default;
  friend auto operator<=>(const uuid&, const uuid&) = default;
  bool is_nil() const { return *this == uuid{}; }
};

/// The canonical form, 36 lower-case characters.
std::string to_string(const uuid& id);

/// Accepts the canonical form alone (either case); anything else is nothing.
std::optional<uuid> parse_uuid(std::string_view text);

using session_id = uuid;
using event_id = uuid;

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, uuid& x) {
  return f(x.bytes);
}

} // namespace callboard

template <>
struct std::hash<callboard::uuid> {
  std::size_t operator()(const callboard::uuid& id) const noexcept {
    std::size_t value = 0;
    for (std::size_t i = 8; i < 16; ++i) // the random half of a version 7 UUID
      value = (value << 8) | id.bytes[i];
    return value;
  }
};

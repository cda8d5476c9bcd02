#include "messages/values.hpp"

#include <array>
#include <string_view>

namespace callboard {
namespace {

constexpr std::array<std::string_view, 3> role_names{"guest", "user", "admin"};
constexpr std::array<std::string_view, 3> room_kind_names{"group", "direct", "public"};
constexpr std::array<std::string_view, 4> member_role_names{"", "member", "admin", "owner"};
constexpr std::array<std::string_view, 7> event_kind_names{
    "message", "message.edited", "message.deleted", "reaction", "member.added", "member.removed", "room.renamed"};
constexpr std::array<std::string_view, 6> reminder_state_names{"scheduled", "firing",    "delivered",
                                                               "snoozed",   "cancelled", "failed"};
constexpr std::array<std::string_view, 3> personal_kind_names{"room.added", "room.removed", "reminder.fired"};

template <class Enum, std::size_t N>
std::string name_of(const std::array<std::string_view, N>& names, Enum value) {
  auto index = static_cast<std::size_t>(value);
  return index < N ? std::string{names[index]} : std::string{};
}

template <class Enum, std::size_t N>
bool find_name(const std::array<std::string_view, N>& names, std::string_view text, Enum& value) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) {
      value = static_cast<Enum>(i);
      return true;
    }
  }
  return false;
}

} // namespace

std::string to_string(role value) {
  return name_of(role_names, value);
}
std::string to_string(room_kind value) {
  return name_of(room_kind_names, value);
}
std::string to_string(member_role value) {
  return name_of(member_role_names, value);
}
std::string to_string(event_kind value) {
  return name_of(event_kind_names, value);
}
std::string to_string(reminder_state value) {
  return name_of(reminder_state_names, value);
}
std::string to_string(personal_kind value) {
  return name_of(personal_kind_names, value);
}
bool from_string(std::string_view text, role& value) {
  return find_name(role_names, text, value);
}
bool from_string(std::string_view text, room_kind& value) {
  return find_name(room_kind_names, text, value);
}

} // namespace callboard

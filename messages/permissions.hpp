#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace callboard {

/// What somebody may be allowed to do, by role. Which role has which is said in one place, actors/core/permissions.cpp;
/// what a caller may do with one room, by their part in it, is the room's to say.
enum class permission : std::uint8_t {
  none = 0,         // nobody need be known
  use_session,      // be logged in: see, refresh and end one's own sessions
  read_own_profile, // see oneself
  change_profile,   // change one's own profile
  delete_account,   // delete one's own account
  read_profiles,    // look a user up by id
  search_users,     // find users by name
  read_rooms,       // list and read rooms one is a member of, and public ones
  write_messages,   // write where one may read; guests only where the room allows it
  write_unasked,    // write without the room having to allow it
  create_rooms,     // make a room
  join_rooms,       // enter a public room as a member
  manage_rooms,     // rename, delete, invite and expel, where one's part in the room allows it
  keep_reminders,   // have reminders
  speak_for_others, // send a message in another member's name
  manage_users,     // list accounts, change roles, disable
  read_audit,       // see the audit log
  read_analytics,   // see the figures
  read_caught_mail, // see mail that was caught because there is no mail server
  operate,          // see how the nodes are, and choose how much they log
  count_            // number of permissions, not one
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(permission::count_)> permission_names{
    "none",          "use_session",  "read_own_profile", "change_profile",   "delete_account",
    "read_profiles", "search_users", "read_rooms",       "write_messages",   "write_unasked",
    "create_rooms",  "join_rooms",   "manage_rooms",     "keep_reminders",   "speak_for_others",
    "manage_users",  "read_audit",   "read_analytics",   "read_caught_mail", "operate",
};

constexpr std::string_view to_string(permission value) {
  return permission_names[static_cast<std::size_t>(value)];
}

} // namespace callboard

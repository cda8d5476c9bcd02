#include "actors/core/permissions.hpp"

#include <array>
#include <cstddef>

namespace callboard::core {
namespace {

struct row {
  permission what;
  bool guest, user, admin;
};

constexpr bool yes = true, no = false;

/// Who may do what. What the owner and the admins of one room may do there is in actors/room.cpp.
constexpr std::array<row, static_cast<std::size_t>(permission::count_)> table{{
    //                            guest user admin
    {permission::none, /*             */ yes, yes, yes}, {permission::use_session, /*      */ yes, yes, yes},
    {permission::read_own_profile, /* */ yes, yes, yes}, {permission::change_profile, /*   */ no, yes, yes},
    {permission::delete_account, /*   */ yes, yes, yes}, {permission::read_profiles, /*    */ yes, yes, yes},
    {permission::search_users, /*     */ no, yes, yes},  {permission::read_rooms, /*       */ yes, yes, yes},
    {permission::write_messages, /*   */ yes, yes, yes}, {permission::write_unasked, /*    */ no, yes, yes},
    {permission::create_rooms, /*     */ no, yes, yes},  {permission::join_rooms, /*       */ no, yes, yes},
    {permission::manage_rooms, /*     */ no, yes, yes},  {permission::keep_reminders, /*   */ no, yes, yes},
    {permission::speak_for_others, /* */ no, no, yes},   {permission::manage_users, /*     */ no, no, yes},
    {permission::read_audit, /*       */ no, no, yes},   {permission::read_analytics, /*   */ no, no, yes},
    {permission::read_caught_mail, /* */ no, no, yes},   {permission::operate, /*          */ no, no, yes},
}};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].what) != i || permission_names[i].empty())
      return false;
  return true;
}
static_assert(is_in_order(), "the table must list every permission, in order");

} // namespace

bool may(role who, permission what) {
  auto index = static_cast<std::size_t>(what);
  if (index >= table.size())
    return false;
  switch (who) {
  case role::guest:
    return table[index].guest;
  case role::user:
    return table[index].user;
  case role::admin:
    return table[index].admin;
  }
  return false;
}

} // namespace callboard::core

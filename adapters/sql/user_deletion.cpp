#include "adapters/sql/user_deletion.hpp"

#include <algorithm>

#include "adapters/sql/account_tokens.hpp"
#include "adapters/sql/analytics.hpp"
#include "adapters/sql/audit.hpp"
#include "adapters/sql/event_json.hpp"
#include "adapters/sql/members.hpp"
#include "adapters/sql/reminders.hpp"
#include "adapters/sql/rooms.hpp"
#include "adapters/sql/sessions.hpp"
#include "adapters/sql/user_access.hpp"

namespace callboard::sql {
namespace {

constexpr std::string_view deleted_prefix = "deleted-";

struct identity {
  std::string username;
  std::string email;
  callboard::role role{};
  timestamp created_at;
};

identity find_identity(connection& db, user_id user) {
  auto found = select(
      db, "SELECT username, COALESCE(email, ''), role, created_at FROM users WHERE id = $1 AND deleted = 0", user);
  if (!found.next())
    refuse(errc::not_found, "The user does not exist.");
  return {found.get<std::string>(0), found.get<std::string>(1), found.get<role>(2), found.get<timestamp>(3)};
}

/// A room whose owner left by deletion belongs to an admin of it, or else to who has been a member for longest. The
/// room in memory follows the same rule (actors/room.cpp).
void pass_on_ownership(work& unit, room_id room) {
  run(unit.db,
      "UPDATE members SET role = $2 WHERE room_id = $1 "
      "AND NOT EXISTS (SELECT 1 FROM members WHERE room_id = $1 AND role = $2) "
      "AND user_id = (SELECT user_id FROM members WHERE room_id = $1 ORDER BY role DESC, added_at, user_id LIMIT 1)",
      room, member_role::owner);
}

void leave_rooms(work& unit, user_id user, const std::string& shown_as, deleted_user& result) {
  std::vector<std::pair<room_id, std::int64_t>> rooms; // with their member counts
  {
    auto found = select(unit.db,
                        "SELECT r.id, r.member_count FROM members AS m JOIN rooms AS r ON r.id = m.room_id "
                        "WHERE m.user_id = $1 ORDER BY r.id",
                        user);
    while (found.next())
      rooms.emplace_back(found.get<room_id>(0), found.get<std::int64_t>(1));
  }
  for (auto [room, count] : rooms) {
    if (count <= 1) {
      erase_room(unit, room, user);
      result.deleted_rooms.push_back(room);
    } else {
      drop_member(unit, unit.settings.partition_for(room), room, user, shown_as, user);
      pass_on_ownership(unit, room);
      result.rooms.push_back(room);
    }
  }
}

/// What waits in the outbox since the user registered names them too; so does what the log refused.
void anonymise_outbox(work& unit, user_id user, const identity& known, const std::string& shown_as) {
  auto data = event_json{}
                  .add("user_id", user)
                  .add("username", shown_as)
                  .add("full_name", "")
                  .add("role", to_string(known.role))
                  .add("created_at", known.created_at)
                  .take();
  auto partition = unit.settings.partition_for(user);
  run(unit.db, R"(UPDATE outbox SET data = $3 WHERE "partition" = $1 AND "key" = $2 AND type = 'user.created')",
      partition, user, data);
  run(unit.db, R"(UPDATE dead_events SET data = $3 WHERE "partition" = $1 AND "key" = $2 AND type = 'user.created')",
      partition, user, data);
  for (auto& row : unit.outbox)
    if (row.type == "user.created" && row.key == number_of(user))
      row.data = data;
}

} // namespace

std::string name_of_deleted(user_id user) {
  return std::string{deleted_prefix} + to_string(user);
}

bool is_name_of_deleted(std::string_view username) {
  if (!username.starts_with(deleted_prefix) || username.size() == deleted_prefix.size())
    return false;
  auto number = username.substr(deleted_prefix.size());
  return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

deleted_user apply(work& unit, const delete_user& op) {
  keep_an_admin(unit, op.user);
  auto known = find_identity(unit.db, op.user);
  auto shown_as = name_of_deleted(op.user);
  // First the name: the events that follow show it.
  run(unit.db,
      "UPDATE users SET username = $2, email = NULL, full_name = '', folded_name = '', password_hash = '', locale = "
      "'', "
      "timezone = '', email_verified = 0 WHERE id = $1",
      op.user, shown_as);
  deleted_user result;
  result.sessions = end_all_sessions(unit, op.user, "deleted");
  leave_rooms(unit, op.user, shown_as, result);
  result.reminders = erase_reminders(unit, op.user);
  run(unit.db, "DELETE FROM personal_events WHERE user_id = $1", op.user);
  run(unit.db, "DELETE FROM idempotency WHERE user_id = $1", op.user);
  forget_account_tokens(unit, op.user);
  forget_activity(unit, op.user);
  if (!known.email.empty())
    run(unit.db, "DELETE FROM mail WHERE lower(recipient) = $1", known.email);
  // The audit log knows users by number; from where they came is forgotten.
  forget_addresses(unit, op.user);
  apply(unit, write_audit{"user_deleted", op.user, op.user, {}, {}, unit.now});
  anonymise_outbox(unit, op.user, known, shown_as);
  run(unit.db, "UPDATE users SET deleted = 1 WHERE id = $1", op.user);
  unit.emit(unit.settings.partition_for(op.user), users_topic, "user.deleted", number_of(op.user),
            event_json{}.add("user_id", op.user).add("created_at", unit.now).take());
  return result;
}

} // namespace callboard::sql

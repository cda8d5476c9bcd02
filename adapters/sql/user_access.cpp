#include "adapters/sql/user_access.hpp"

#include "adapters/sql/audit.hpp"
#include "adapters/sql/event_json.hpp"
#include "adapters/sql/folding.hpp"
#include "adapters/sql/numbers.hpp"
#include "adapters/sql/sessions.hpp"
#include "adapters/sql/users.hpp"

namespace callboard::sql {
namespace {

// The longest beginning of a name that a search looks at, in bytes.
constexpr std::size_t max_search_size = 256;

account_view read_account(rows& from) {
  account_view account;
  account.user = read_user(from);
  account.disabled = from.get<bool>(9);
  account.locked_until = from.get<timestamp>(10);
  return account;
}

account_view find_account(connection& db, user_id id) {
  static const auto text = "SELECT " + std::string{user_columns} +
                           ", users.disabled, users.locked_until FROM users WHERE id = $1 AND deleted = 0";
  auto found = select(db, text, id);
  if (!found.next())
    refuse(errc::not_found, {});
  return read_account(found);
}

void tell(work& unit, const change_access& op, std::string_view type, event_json data) {
  unit.emit(unit.settings.partition_for(op.user), users_topic, type, number_of(op.user),
            data.add("by", op.by.actor).add("created_at", unit.now).take());
}

void note(work& unit, const change_access& op, std::string type, std::vector<audit_field> fields) {
  if (op.by.actor == user_id{})
    fields.push_back({"by", "command_line"});
  apply(unit, write_audit{std::move(type), op.by.actor, op.user, std::move(fields), op.by.address, unit.now});
}

void change_role(work& unit, const change_access& op, role before) {
  run(unit.db, "UPDATE users SET role = $2 WHERE id = $1", op.user, *op.role);
  auto from = to_string(before), to = to_string(*op.role);
  tell(unit, op, "user.role_changed", event_json{}.add("user_id", op.user).add("role", to).add("previous_role", from));
  note(unit, op, "authz_change", {{"from", from}, {"to", to}});
}

void change_disabled(work& unit, const change_access& op) {
  run(unit.db, "UPDATE users SET disabled = $2 WHERE id = $1", op.user, *op.disabled);
  tell(unit, op, *op.disabled ? "user.disabled" : "user.enabled", event_json{}.add("user_id", op.user));
  note(unit, op, *op.disabled ? "user_disabled" : "user_enabled", {});
}

} // namespace

void keep_an_admin(work& unit, user_id user) {
  // The row's lock is held to the end of the transaction; what others committed before is seen from here on.
  run(unit.db, "UPDATE sequences SET value = value WHERE name = 'admins'");
  auto is_admin = select(unit.db, "SELECT 1 FROM users WHERE id = $1 AND role = $2 AND disabled = 0 AND deleted = 0",
                         user, role::admin)
                      .next();
  if (!is_admin)
    return;
  auto others =
      select(unit.db, "SELECT 1 FROM users WHERE role = $2 AND disabled = 0 AND deleted = 0 AND id <> $1 LIMIT 1", user,
             role::admin)
          .next();
  if (!others)
    refuse(errc::last_admin, "No other administrator is left who could act.");
}

changed_access apply(work& unit, const change_access& op) {
  auto takes_admin = (op.role && *op.role != role::admin) || (op.disabled && *op.disabled);
  if (takes_admin)
    keep_an_admin(unit, op.user);
  // Whoever else changes this account, or opens a session of it, waits.
  run(unit.db, "UPDATE users SET role = role WHERE id = $1 AND deleted = 0", op.user);
  auto before = find_account(unit.db, op.user);
  auto new_role = op.role && *op.role != before.user.role;
  if (new_role && (before.user.role == role::guest || *op.role == role::guest))
    refuse(errc::conflict, "Guests stay guests, and nobody becomes one.");
  auto new_state = op.disabled && *op.disabled != before.disabled;
  changed_access result;
  if (new_role)
    change_role(unit, op, before.user.role);
  if (new_state)
    change_disabled(unit, op);
  auto is_disabled = new_state ? *op.disabled : before.disabled;
  if (new_role || new_state)
    result.ended = end_all_sessions(unit, op.user, is_disabled ? "disabled" : "role_changed");
  result.account = find_account(unit.db, op.user);
  return result;
}

page<account_view> answer(reading& from, const list_accounts& question) {
  static const auto text =
      "SELECT " + std::string{user_columns} +
      R"(, users.disabled, users.locked_until FROM users WHERE id > $1 AND deleted = 0 AND ($2 < 0 OR role = $2) AND ($3 < 0 OR disabled = $3)
          AND (username LIKE $4 ESCAPE '\' OR folded_name LIKE $4 ESCAPE '\' OR COALESCE(email, '') LIKE $4 ESCAPE '\')
          ORDER BY id LIMIT $5)";
  page<account_view> result;
  auto [last] = parse_cursor<1>(question.cursor, {0});
  if (question.query.size() > max_search_size)
    return result;
  auto limit = page_size(question.limit);
  auto role_number = question.role ? static_cast<std::int64_t>(*question.role) : std::int64_t{-1};
  auto disabled_number = question.disabled ? static_cast<std::int64_t>(*question.disabled) : std::int64_t{-1};
  auto found =
      select(from.db, text, last, role_number, disabled_number, beginning_of(fold_case(question.query)), limit + 1);
  while (found.next()) {
    if (result.items.size() == limit) {
      result.next = make_cursor<1>({number_of(result.items.back().user.id)});
      break;
    }
    result.items.push_back(read_account(found));
  }
  return result;
}

account_view answer(reading& from, const get_account& question) {
  return find_account(from.db, question.user);
}

} // namespace callboard::sql

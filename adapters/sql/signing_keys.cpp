#include "adapters/sql/signing_keys.hpp"

#include <algorithm>
#include <iterator>

#include "adapters/sql/audit.hpp"

namespace callboard::sql {
namespace {

std::vector<signing_key_record> all_keys(connection& db) {
  std::vector<signing_key_record> keys;
  auto found = select(db, "SELECT id, algorithm, wrapped, created_at, signs_from, token_life, used_until "
                          "FROM signing_keys ORDER BY signs_from, id");
  while (found.next())
    keys.push_back({found.get<std::string>(0), found.get<std::string>(1), found.get<std::string>(2),
                    found.get<timestamp>(3), found.get<timestamp>(4),
                    std::chrono::milliseconds{found.get<std::int64_t>(5)}, found.get<timestamp>(6)});
  return keys;
}

// The audit entry comes first: its number is a row that every such change takes, so that they come one after another.
std::vector<signing_key_record> keys_to_change(work& unit, const std::string& type, const std::string& detail,
                                               timestamp now) {
  apply(unit, write_audit{type, {}, {}, {{"note", detail}}, {}, now});
  return all_keys(unit.db);
}

bool is_taken(const std::vector<signing_key_record>& keys, const std::string& id) {
  return std::any_of(keys.begin(), keys.end(), [&](auto& key) { return key.id == id; });
}

} // namespace

done apply(work& unit, const add_signing_key& op) {
  auto type = op.after.empty() ? "crypt_key_created" : "crypt_key_rotated";
  auto keys = keys_to_change(unit, type, op.detail, op.now);
  if ((keys.empty() ? std::string{} : keys.back().id) != op.after)
    refuse(errc::conflict, "Another signing key was added or removed meanwhile.");
  if (!keys.empty() && op.key.signs_from <= keys.back().signs_from)
    refuse(errc::conflict, "The last signing key signs as late or later.");
  if (is_taken(keys, op.key.id))
    refuse(errc::conflict, "There is a signing key of this id.");
  if (keys.size() >= op.max_keys)
    refuse(errc::limit_exceeded, "There are too many signing keys whose tokens have not ended.");
  auto life = op.key.token_life;
  for (auto& key : keys)
    life = std::max(life, key.token_life);
  run(unit.db,
      "INSERT INTO signing_keys (id, algorithm, wrapped, created_at, signs_from, token_life, used_until) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
      op.key.id, op.key.algorithm, op.key.wrapped, op.key.created_at, op.key.signs_from,
      static_cast<std::int64_t>(life.count()), op.key.used_until);
  return {};
}

done apply(work& unit, const retire_signing_key& op) {
  auto keys = keys_to_change(unit, "crypt_key_retired", op.detail, op.now);
  if (!is_taken(keys, op.id))
    refuse(errc::not_found, "There is no signing key of this id.");
  auto signs = std::find_if(keys.rbegin(), std::prev(keys.rend()), [&](auto& key) { return key.signs_from <= op.now; });
  if (signs->id == op.id) // the first signs if no other does, whatever the clock says
    refuse(errc::conflict, "This key signs: another one must sign first.");
  run(unit.db, "DELETE FROM signing_keys WHERE id = $1", op.id);
  return {};
}

done apply(work& unit, const note_token_life& op) {
  run(unit.db,
      "UPDATE signing_keys SET token_life = $1 WHERE token_life < $1 AND NOT EXISTS "
      "(SELECT 1 FROM signing_keys AS later WHERE later.signs_from <= $2 AND later.signs_from > "
      "signing_keys.signs_from)",
      static_cast<std::int64_t>(op.life.count()), op.now);
  return {};
}

done apply(work& unit, const note_token_end& op) {
  if (run(unit.db,
          "UPDATE signing_keys SET used_until = CASE WHEN used_until < $2 THEN $2 ELSE used_until END "
          "WHERE id = $1",
          op.key, op.until) == 0)
    refuse(errc::not_found, "There is no signing key of this id.");
  return {};
}

std::vector<signing_key_record> answer(reading& from, const list_signing_keys&) {
  return all_keys(from.db);
}

} // namespace callboard::sql

#include "adapters/sql/account_tokens.hpp"

#include "adapters/sql/audit.hpp"
#include "adapters/sql/sessions.hpp"
#include "adapters/sql/users.hpp"

namespace callboard::sql {
namespace {

std::string_view name_of(token_purpose purpose) {
  return purpose == token_purpose::reset_password ? "reset_password" : "verify_email";
}

void prune(work& unit, timestamp now) {
  run(unit.db,
      "DELETE FROM account_tokens WHERE hash IN (SELECT hash FROM account_tokens WHERE expires_at <= $1 "
      "ORDER BY expires_at LIMIT 50)",
      now);
}

// Each operation changes the user's row first, then tokens and sessions: two of them wait for each other, never both.

/// Takes the token out: whoever else brings it finds nothing, and all that was done so far is taken back.
void use_up(work& unit, user_id user, token_purpose purpose, const std::string& hash, timestamp now) {
  if (run(unit.db, "DELETE FROM account_tokens WHERE hash = $1 AND user_id = $2 AND purpose = $3 AND expires_at > $4",
          hash, user, purpose, now) == 0)
    refuse(errc::invalid_token, "The link was used, has expired or was never valid.");
}

void tell_changed(work& unit, user_id user, std::string_view how, std::size_t ended, const std::string& address,
                  timestamp now) {
  apply(unit, write_audit{"authn_password_change",
                          user,
                          user,
                          {{"by", std::string{how}}, {"ended_sessions", std::to_string(ended)}},
                          address,
                          now});
}

} // namespace

std::vector<session_id> apply(work& unit, const change_password& op) {
  if (run(unit.db,
          "UPDATE users SET password_hash = $3, password_version = password_version + 1 WHERE id = $1 "
          "AND password_version = $2 AND deleted = 0 AND disabled = 0",
          op.user, op.password_version, op.new_hash) == 0)
    refuse(errc::conflict, "The password was changed meanwhile.");
  if (!select(unit.db,
              "SELECT 1 FROM sessions WHERE id = $1 AND user_id = $2 AND idle_expires_at > $3 "
              "AND absolute_expires_at > $3",
              op.keep_session, op.user, op.now)
           .next())
    refuse(errc::unauthorized, "The session has ended.");
  run(unit.db, "DELETE FROM account_tokens WHERE user_id = $1 AND purpose = $2", op.user,
      token_purpose::reset_password);
  auto ended = end_all_sessions(unit, op.user, "password_changed", op.keep_session);
  tell_changed(unit, op.user, "owner", ended.size(), op.address, op.now);
  return ended;
}

done apply(work& unit, const keep_account_token& op) {
  // Changes nothing, but whoever keeps another token of this user meanwhile waits, so that the count below holds.
  if (run(unit.db, "UPDATE users SET email = email WHERE id = $1 AND email = $2 AND deleted = 0 AND disabled = 0",
          op.user, op.email) == 0)
    refuse(errc::not_found, "The user does not exist, or has another address.");
  prune(unit, op.now);
  {
    auto live =
        select(unit.db, "SELECT count(*) FROM account_tokens WHERE user_id = $1 AND purpose = $2 AND expires_at > $3",
               op.user, op.purpose, op.now);
    if (live.next() && live.get<std::int64_t>(0) >= static_cast<std::int64_t>(op.max_live))
      refuse(errc::limit_exceeded, "Enough of these were sent; use one, or wait.");
  }
  run(unit.db,
      "INSERT INTO account_tokens (hash, user_id, purpose, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
      op.hash, op.user, op.purpose, op.now, op.expires_at);
  apply(unit,
        write_audit{
            "authn_token_created", {}, op.user, {{"purpose", std::string{name_of(op.purpose)}}}, op.address, op.now});
  return {};
}

std::vector<session_id> apply(work& unit, const reset_password& op) {
  if (run(unit.db,
          "UPDATE users SET password_hash = $2, password_version = password_version + 1 WHERE id = $1 "
          "AND deleted = 0 AND disabled = 0",
          op.user, op.new_hash) == 0)
    refuse(errc::invalid_token, "The account is not there any more.");
  use_up(unit, op.user, token_purpose::reset_password, op.token_hash, op.now);
  run(unit.db, "DELETE FROM account_tokens WHERE user_id = $1 AND purpose = $2", op.user,
      token_purpose::reset_password);
  auto ended = end_all_sessions(unit, op.user, "password_changed");
  tell_changed(unit, op.user, "reset", ended.size(), op.address, op.now);
  return ended;
}

done apply(work& unit, const verify_email& op) {
  if (run(unit.db, "UPDATE users SET email_verified = 1 WHERE id = $1 AND deleted = 0 AND disabled = 0", op.user) == 0)
    refuse(errc::invalid_token, "The account is not there any more.");
  use_up(unit, op.user, token_purpose::verify_email, op.token_hash, op.now);
  run(unit.db, "DELETE FROM account_tokens WHERE user_id = $1 AND purpose = $2", op.user, token_purpose::verify_email);
  apply(unit, write_audit{"user_updated", op.user, op.user, {{"attributes", "email_verified"}}, op.address, op.now});
  return {};
}

user_view answer(reading& from, const find_account_token& question) {
  static const auto text = "SELECT " + std::string{user_columns} +
                           " FROM account_tokens AS t JOIN users ON users.id = t.user_id WHERE t.hash = $1 "
                           "AND t.purpose = $2 AND t.expires_at > $3 AND users.deleted = 0 AND users.disabled = 0";
  auto found = select(from.db, text, question.hash, question.purpose, question.now);
  if (!found.next())
    refuse(errc::not_found, "There is no such token.");
  return read_user(found);
}

void forget_account_tokens(work& unit, user_id user) {
  run(unit.db, "DELETE FROM account_tokens WHERE user_id = $1", user);
}

} // namespace callboard::sql

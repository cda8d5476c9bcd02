#include "adapters/sql/sessions.hpp"

#include <algorithm>

#include "adapters/sql/audit.hpp"
#include "adapters/sql/event_json.hpp"
#include "adapters/sql/users.hpp"

namespace callboard::sql {
namespace {

/// How long an ended session is remembered: longer than any access token lives.
constexpr std::chrono::hours ended_session_life{7 * 24};

/// A session row has an end of its own; what is past it is removed without an event, a few at a time.
void prune(work& unit, timestamp now) {
  run(unit.db,
      "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE absolute_expires_at <= $1 "
      "ORDER BY absolute_expires_at LIMIT 50)",
      now);
  run(unit.db,
      "DELETE FROM ended_sessions WHERE id IN (SELECT id FROM ended_sessions WHERE ended_at <= $1 "
      "ORDER BY ended_at LIMIT 50)",
      now - ended_session_life);
}

/// Whether `sessions AS s` joined with `users` is live at $2.
constexpr std::string_view is_live = "s.idle_expires_at > $2 AND s.absolute_expires_at > $2 AND users.deleted = 0 "
                                     "AND users.disabled = 0";

/// Live sessions of a user, the oldest first.
std::vector<session_id> live_sessions(connection& db, user_id user, timestamp now) {
  std::vector<session_id> ids;
  auto found = select(db,
                      "SELECT id FROM sessions WHERE user_id = $1 AND idle_expires_at > $2 "
                      "AND absolute_expires_at > $2 ORDER BY created_at, id",
                      user, now);
  while (found.next())
    ids.push_back(found.get<uuid>(0));
  return ids;
}

/// Whoever opens or ends sessions of a user holds the user's row: others wait, and then see what was done. With another
/// writer beside this one the bound on live sessions would else be passed. False if there is no such user (any more).
bool hold_user(connection& db, user_id user) {
  static const std::string plain = "SELECT deleted, disabled FROM users WHERE id = $1";
  // Statements are known by their texts, which must stay.
  auto text = std::string_view{plain};
  if (!db.row_lock().empty()) {
    static const auto locking = plain + std::string{db.row_lock()};
    text = locking;
  }
  auto found = select(db, text, user);
  return found.next() && !found.get<bool>(0) && !found.get<bool>(1);
}

/// Why somebody ended a session; empty if nobody did, or nobody remembers.
std::string reason_of_end(connection& db, const session_id& id) {
  auto found = select(db, "SELECT reason FROM ended_sessions WHERE id = $1", id);
  return found.next() ? found.get<std::string>(0) : std::string{};
}

bool contains(const std::vector<session_id>& ids, const session_id& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

struct stored_session {
  std::uint32_t generation = 0;
  std::string current_hash, previous_hash;
  timestamp rotated_at;
  bool cookie = false;
  timestamp idle_expires_at, absolute_expires_at;
  user_id user{};
};

std::optional<stored_session> find_usable(connection& db, const session_id& id) {
  auto found = select(db,
                      "SELECT s.generation, s.current_hash, s.previous_hash, s.rotated_at, s.cookie, "
                      "s.idle_expires_at, s.absolute_expires_at, s.user_id FROM sessions AS s "
                      "JOIN users AS u ON u.id = s.user_id WHERE s.id = $1 AND u.deleted = 0 AND u.disabled = 0",
                      id);
  if (!found.next())
    return std::nullopt;
  return stored_session{found.get<std::uint32_t>(0), found.get<std::string>(1), found.get<std::string>(2),
                        found.get<timestamp>(3),     found.get<bool>(4),        found.get<timestamp>(5),
                        found.get<timestamp>(6),     found.get<user_id>(7)};
}

/// The compare-and-swap itself: whoever comes second finds another generation, or no row.
bool swap(connection& db, const rotate_refresh& op, const stored_session& session) {
  return run(db,
             "UPDATE sessions SET generation = generation + 1, current_hash = $2, previous_hash = $3, rotated_at = $4, "
             "last_used_at = $4, idle_expires_at = $5 "
             "WHERE id = $1 AND generation = $6 AND current_hash = $3 AND idle_expires_at > $4 "
             "AND absolute_expires_at > $4",
             op.session, op.successor_hash, op.presented_hash, op.now,
             std::min(op.idle_expires_at, session.absolute_expires_at), op.generation) == 1;
}

/// One look at the session and what follows from it; nothing if the session changed meanwhile.
std::optional<rotation_outcome> try_rotation(work& unit, const rotate_refresh& op) {
  auto session = find_usable(unit.db, op.session);
  rotation_outcome outcome;
  if (!session) {
    outcome.ended_reason = reason_of_end(unit.db, op.session);
    return outcome;
  }
  outcome.generation = session->generation;
  outcome.current_hash = session->current_hash;
  outcome.user = session->user;
  outcome.cookie = session->cookie;
  outcome.absolute_expires_at = session->absolute_expires_at;
  auto is_over = session->idle_expires_at <= op.now || session->absolute_expires_at <= op.now;
  if (is_over || session->current_hash.empty() || session->cookie != op.cookie)
    return outcome;
  if (op.generation == session->generation && op.presented_hash == session->current_hash) {
    if (!swap(unit.db, op, *session))
      return std::nullopt;
    outcome.kind = rotation::rotated;
    outcome.generation = session->generation + 1;
    outcome.current_hash = op.successor_hash;
    return outcome;
  }
  auto is_predecessor = op.generation + 1 == session->generation && op.presented_hash == session->previous_hash;
  if (is_predecessor && op.now <= session->rotated_at + op.grace)
    outcome.kind = rotation::repeated;
  else if (op.generation < session->generation)
    outcome.kind = rotation::superseded;
  return outcome;
}

} // namespace

bool end_session(work& unit, user_id user, const session_id& session, const std::string& reason, timestamp now) {
  if (run(unit.db, "DELETE FROM sessions WHERE id = $1 AND user_id = $2", session, user) == 0)
    return false;
  run(unit.db, "INSERT INTO ended_sessions (id, user_id, reason, ended_at) VALUES ($1, $2, $3, $4)", session, user,
      reason, now);
  unit.emit(unit.settings.partition_for(user), users_topic, "session.revoked", number_of(user),
            event_json{}
                .add("user_id", user)
                .add("session_id", to_string(session))
                .add("reason", reason)
                .add("created_at", now)
                .take());
  apply(unit,
        write_audit{"authn_token_revoked", {}, user, {{"session", to_string(session)}, {"reason", reason}}, {}, now});
  return true;
}

std::vector<session_id> end_all_sessions(work& unit, user_id user, const std::string& reason, const session_id& kept) {
  std::vector<session_id> sessions;
  {
    auto found =
        select(unit.db, "SELECT id FROM sessions WHERE user_id = $1 AND id <> $2 ORDER BY created_at, id", user, kept);
    while (found.next())
      sessions.push_back(found.get<uuid>(0));
  }
  std::erase_if(sessions, [&](const session_id& each) { return !end_session(unit, user, each, reason, unit.now); });
  return sessions;
}

std::vector<session_id> apply(work& unit, const open_session& op) {
  if (!hold_user(unit.db, op.user)) {
    if (op.password_version) // deleted or disabled since the password was verified: no log-in tells more than any other
      refuse(errc::invalid_credentials, {});
    refuse(errc::not_found, "The user does not exist.");
  }
  // Changes nothing, but waits for who changes the password, and makes them wait: no session outlives its password.
  if (op.password_version && run(unit.db,
                                 "UPDATE users SET password_version = password_version WHERE id = $1 "
                                 "AND password_version = $2",
                                 op.user, *op.password_version) == 0)
    refuse(errc::invalid_credentials, {});
  prune(unit, op.now);
  auto older = live_sessions(unit.db, op.user, op.now);
  std::vector<session_id> evicted;
  if (op.max_sessions > 0 && older.size() + 1 > op.max_sessions)
    evicted.assign(older.begin(), older.begin() + static_cast<std::ptrdiff_t>(older.size() + 1 - op.max_sessions));
  for (auto& session : evicted)
    end_session(unit, op.user, session, "evicted", op.now);
  run(unit.db,
      "INSERT INTO sessions (id, user_id, generation, current_hash, previous_hash, rotated_at, cookie, device, "
      "address, "
      "created_at, last_used_at, idle_expires_at, absolute_expires_at) "
      "VALUES ($1, $2, 1, $3, '', 0, $4, $5, $6, $7, $7, $8, $9)",
      op.session, op.user, op.refresh_hash, op.cookie, op.device, op.address, op.now,
      std::min(op.idle_expires_at, op.absolute_expires_at), op.absolute_expires_at);
  unit.emit(
      unit.settings.partition_for(op.user), users_topic, "session.created", number_of(op.user),
      event_json{}.add("user_id", op.user).add("session_id", to_string(op.session)).add("created_at", op.now).take());
  return evicted;
}

rotation_outcome apply(work& unit, const rotate_refresh& op) {
  for (;;) // each time around, somebody else got on
    if (auto outcome = try_rotation(unit, op))
      return *outcome;
}

std::vector<session_id> apply(work& unit, const end_sessions& op) {
  hold_user(unit.db, op.user);
  std::vector<session_id> ended;
  for (auto& session : live_sessions(unit.db, op.user, op.now))
    if (contains(op.sessions, session) != op.all && end_session(unit, op.user, session, op.reason, op.now))
      ended.push_back(session);
  return ended;
}

attachment_record answer(reading& from, const get_attachment& question) {
  static const auto live = "SELECT " + std::string{is_live} +
                           R"(, (SELECT coalesce(max("offset"), 0) FROM personal_events WHERE user_id = users.id), )" +
                           std::string{user_columns} +
                           " FROM sessions AS s JOIN users ON users.id = s.user_id WHERE s.id = $1";
  auto found = select(from.db, live, question.session, question.now);
  if (!found.next())
    return {answer(from, get_session{question.session, question.now}), 0};
  return {{question.session, read_user(found, 2), found.get<bool>(0), {}}, found.get<stream_offset>(1)};
}

session_record answer(reading& from, const get_session& question) {
  static const auto live = "SELECT " + std::string{is_live} + ", " + std::string{user_columns} +
                           " FROM sessions AS s JOIN users ON users.id = s.user_id WHERE s.id = $1";
  static const auto ended = "SELECT " + std::string{user_columns} +
                            ", e.reason FROM ended_sessions AS e JOIN users ON users.id = e.user_id WHERE e.id = $1";
  {
    auto found = select(from.db, live, question.session, question.now);
    if (found.next())
      return {question.session, read_user(found, 1), found.get<bool>(0), {}};
  }
  auto found = select(from.db, ended, question.session);
  if (!found.next())
    refuse(errc::not_found, "The session does not exist.");
  return {question.session, read_user(found), false, found.get<std::string>(9)};
}

std::vector<session_view> answer(reading& from, const list_sessions& question) {
  std::vector<session_view> sessions;
  auto found = select(from.db,
                      "SELECT id, device, address, created_at, last_used_at FROM sessions WHERE user_id = $1 "
                      "AND idle_expires_at > $2 AND absolute_expires_at > $2 ORDER BY created_at DESC, id DESC",
                      question.user, question.now);
  while (found.next())
    sessions.push_back({found.get<uuid>(0), found.get<std::string>(1), found.get<std::string>(2),
                        found.get<timestamp>(3), found.get<timestamp>(4)});
  return sessions;
}

std::vector<session_end> answer(reading& from, const sessions_ended_since& question) {
  std::vector<session_end> ends;
  auto found =
      select(from.db, "SELECT id, user_id, reason FROM ended_sessions WHERE ended_at >= $1 ORDER BY ended_at, id",
             question.since);
  while (found.next())
    ends.push_back({found.get<uuid>(0), found.get<user_id>(1), found.get<std::string>(2)});
  return ends;
}

} // namespace callboard::sql

#include "adapters/sql/users.hpp"

#include "adapters/sql/account_tokens.hpp"
#include "adapters/sql/event_json.hpp"
#include "adapters/sql/folding.hpp"
#include "adapters/sql/numbers.hpp"
#include "adapters/sql/user_deletion.hpp"

namespace callboard::sql {
namespace {

// The longest beginning of a name that a search looks at, in bytes.
constexpr std::size_t max_search_size = 256;

user_view find_user(connection& db, user_id id) {
  static const auto text = "SELECT " + std::string{user_columns} + " FROM users WHERE id = $1 AND deleted = 0";
  auto found = select(db, text, id);
  if (!found.next())
    refuse(errc::not_found, "The user does not exist.");
  return read_user(found);
}

bool is_email_taken(connection& db, const std::string& email, user_id besides) {
  return !email.empty() && select(db, "SELECT 1 FROM users WHERE email = $1 AND id <> $2", email, besides).next();
}

const field_error email_taken{"/email", "taken", "This e-mail address belongs to another account."};

} // namespace

std::string beginning_of(std::string_view text) {
  std::string pattern;
  for (auto c : text) {
    if (c == '%' || c == '_' || c == '\\')
      pattern += '\\';
    pattern += c;
  }
  return pattern + '%';
}

user_view read_user(rows& from, int first) {
  user_view user;
  user.id = from.get<user_id>(first);
  user.username = from.get<std::string>(first + 1);
  user.full_name = from.get<std::string>(first + 2);
  user.role = from.get<role>(first + 3);
  user.created_at = from.get<timestamp>(first + 4);
  user.email = from.get<std::string>(first + 5);
  user.email_verified = from.get<bool>(first + 6);
  user.locale = from.get<std::string>(first + 7);
  user.timezone = from.get<std::string>(first + 8);
  return user;
}

user_view apply(work& unit, const register_user& op) {
  auto username = to_lower_ascii(op.username);
  auto email = to_lower_ascii(op.email);
  std::vector<field_error> taken;
  if (is_name_of_deleted(username) || select(unit.db, "SELECT 1 FROM users WHERE username = $1", username).next())
    taken.push_back({"/username", "taken", "This username belongs to another account."});
  if (is_email_taken(unit.db, email, user_id{}))
    taken.push_back(email_taken);
  if (!taken.empty())
    refuse(errc::conflict, "Somebody else has this name or address.", std::move(taken));

  user_id id{take_numbers(unit, "users")};
  run(unit.db,
      "INSERT INTO users (id, username, email, full_name, folded_name, password_hash, role, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      id, username, nullable_text{email}, op.full_name, fold_case(op.full_name), op.password_hash, op.role, unit.now);
  unit.emit(unit.settings.partition_for(id), users_topic, "user.created", number_of(id),
            event_json{}
                .add("user_id", id)
                .add("username", username)
                .add("full_name", op.full_name)
                .add("role", to_string(op.role))
                .add("created_at", unit.now)
                .take());
  return find_user(unit.db, id);
}

user_view apply(work& unit, const update_user& op) {
  auto user = find_user(unit.db, op.user);
  if (op.full_name)
    user.full_name = *op.full_name;
  if (op.locale)
    user.locale = *op.locale;
  if (op.timezone)
    user.timezone = *op.timezone;
  if (op.email) {
    auto email = to_lower_ascii(*op.email);
    if (is_email_taken(unit.db, email, op.user))
      refuse(errc::conflict, "Somebody else has this address.", {email_taken});
    if (email != user.email)
      forget_account_tokens(unit, op.user); // they were mailed to the former one
    user.email_verified = user.email_verified && email == user.email;
    user.email = email;
  }
  run(unit.db,
      "UPDATE users SET full_name = $2, folded_name = $3, email = $4, email_verified = $5, locale = $6, timezone = $7 "
      "WHERE id = $1",
      op.user, user.full_name, fold_case(user.full_name), nullable_text{user.email}, user.email_verified, user.locale,
      user.timezone);
  return user;
}

done apply(work& unit, const upgrade_password_hash& op) {
  run(unit.db, "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2 AND deleted = 0", op.user,
      op.old_hash, op.new_hash);
  return {};
}

credentials answer(reading& from, const find_credentials& question) {
  static const auto base = "SELECT " + std::string{user_columns} +
                           ", password_hash, disabled, password_version FROM users WHERE deleted = 0";
  static const auto by_username = base + " AND username = $1";
  static const auto by_email = base + " AND email = $1";
  auto login = to_lower_ascii(question.login);
  // No username has an @, every address has one. One query, whoever is asked for: how long it takes tells nobody.
  auto found = select(from.db, login.find('@') == std::string::npos ? by_username : by_email, login);
  if (!found.next())
    refuse(errc::not_found, "The user does not exist.");
  return {read_user(found), found.get<std::string>(9), found.get<bool>(10), found.get<std::uint32_t>(11)};
}

user_view answer(reading& from, const get_user& question) {
  return find_user(from.db, question.user);
}

page<user_view> answer(reading& from, const search_users& question) {
  static const auto text =
      "SELECT " + std::string{user_columns} + R"( FROM users WHERE id > $1 AND deleted = 0 AND role <> 0
                                 AND (username LIKE $2 ESCAPE '\' OR folded_name LIKE $2 ESCAPE '\')
                                 ORDER BY id LIMIT $3)";
  page<user_view> result;
  auto [last] = parse_cursor<1>(question.cursor, {0});
  if (question.query.size() > max_search_size)
    return result;
  auto limit = page_size(question.limit);
  auto found = select(from.db, text, last, beginning_of(fold_case(question.query)), limit + 1);
  while (found.next()) {
    if (result.items.size() == limit) {
      result.next = make_cursor<1>({number_of(result.items.back().id)});
      break;
    }
    result.items.push_back(read_user(found));
  }
  return result;
}

std::vector<member> answer(reading& from, const resolve_names& question) {
  std::vector<member> members;
  for (auto& asked : question.names) {
    auto name = to_lower_ascii(asked);
    // A username wins over an equal address; usernames hold no '@', so both never happen.
    auto found =
        select(from.db, "SELECT id, username FROM users WHERE (username = $1 OR email = $1) AND deleted = 0", name);
    member& result = members.emplace_back();
    if (found.next()) {
      result.user = found.get<user_id>(0);
      result.username = found.get<std::string>(1);
    }
  }
  return members;
}

} // namespace callboard::sql

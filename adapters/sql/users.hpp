#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

/// The columns of `users` that `read_user` takes, from the column `first` on.
inline constexpr std::string_view user_columns =
    "users.id, users.username, users.full_name, users.role, users.created_at, COALESCE(users.email, ''), "
    "users.email_verified, users.locale, users.timezone";
user_view read_user(rows& from, int first = 0);

/// A pattern for LIKE that matches what begins with `text`.
std::string beginning_of(std::string_view text);

user_view apply(work& unit, const register_user& op);
user_view apply(work& unit, const update_user& op);
done apply(work& unit, const upgrade_password_hash& op);
credentials answer(reading& from, const find_credentials& question);
user_view answer(reading& from, const get_user& question);
page<user_view> answer(reading& from, const search_users& question);
std::vector<member> answer(reading& from, const resolve_names& question);

} // namespace callboard::sql

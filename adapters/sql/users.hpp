#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

user_view apply(work& unit, const register_user& op);
user_view apply(work& unit, const update_user& op);
done apply(work& unit, const upgrade_password_hash& op);
credentials answer(reading& from, const find_credentials& question);
user_view answer(reading& from, const get_user& question);
page<user_view> answer(reading& from, const search_users& question);
std::vector<member> answer(reading& from, const resolve_names& question);

} // namespace callboard::sql

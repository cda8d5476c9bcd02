#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

changed_access apply(work& unit, const change_access& op);
page<account_view> answer(reading& from, const list_accounts& question);
account_view answer(reading& from, const get_account& question);

/// Refuses with `last_admin` if `user` is the only admin who is not disabled. Until the transaction ends, nobody else
/// asks, on no node: to be called before what takes an admin away.
void keep_an_admin(work& unit, user_id user);

} // namespace callboard::sql

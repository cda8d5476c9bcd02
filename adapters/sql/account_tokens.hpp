#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

// What changes a password, and the tokens that are mailed for it (table `account_tokens`).

std::vector<session_id> apply(work& unit, const change_password& op);
done apply(work& unit, const keep_account_token& op);
std::vector<session_id> apply(work& unit, const reset_password& op);
done apply(work& unit, const verify_email& op);
user_view answer(reading& from, const find_account_token& question);

/// Removes all tokens of a user.
void forget_account_tokens(work& unit, user_id user);

} // namespace callboard::sql

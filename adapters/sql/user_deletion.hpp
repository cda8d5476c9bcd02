#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

deleted_user apply(work& unit, const delete_user& op);

/// The name that stands for a deleted user.
std::string name_of_deleted(user_id user);

/// Whether a name could be mistaken for one of `name_of_deleted`.
bool is_name_of_deleted(std::string_view username);

} // namespace callboard::sql

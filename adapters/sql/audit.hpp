#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

/// The most bytes of one value of an entry; the rest is cut off.
inline constexpr std::size_t max_audit_value = 200;
/// The most fields of an entry; others are left out.
inline constexpr std::size_t max_audit_fields = 16;

done apply(work& unit, const write_audit& op);
page<audit_entry> answer(reading& from, const list_audit& question);

/// Forgets from where a user did things, or where others tried their account. The entries stay, with their numbers.
void forget_addresses(work& unit, user_id user);

} // namespace callboard::sql

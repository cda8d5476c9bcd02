#pragma once

#include "adapters/sql/work.hpp"

namespace callboard::sql {

/// Entries kept; older ones beyond this count go.
inline constexpr std::int64_t max_audit_entries = 200'000;

done apply(work& unit, const write_audit& op);

} // namespace callboard::sql

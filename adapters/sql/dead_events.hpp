#pragma once

#include <vector>

#include "adapters/sql/work.hpp"

namespace callboard::sql {

done apply(work& unit, const keep_dead_events& op);
std::uint32_t apply(work& unit, const replay_dead_events& op);
std::vector<dead_event> answer(reading& from, const list_dead_events& question);

} // namespace callboard::sql
